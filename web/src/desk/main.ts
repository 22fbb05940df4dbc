/** The desk's comfort: finding while one types, keys, and lists that follow what comes in. All of it works without. */
import { findWhileTyping } from "./find";
import { follow } from "./follow";
import { listenForKeys } from "./keys";

findWhileTyping();
listenForKeys();
follow();
