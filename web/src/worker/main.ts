declare const self: DedicatedWorkerGlobalScope;

self.postMessage("ready");
