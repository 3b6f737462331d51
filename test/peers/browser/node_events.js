// JsSIP asks for its dependency "events", which Deno's bundler takes for Node's module and leaves out: here it is.

import events from "event-emitter";

globalThis.require = (name) => {
  if (name === "node:events") return events;
  throw new Error(`There is no ${name} in a browser`);
};
