/** The worker of the site's pages. */
import { operations } from "./operations";
import { type Asker, serve } from "./serve";

/** A worker's scope; the compiler knows this file as a page's. */
declare const self: Asker;

serve(self, operations);
