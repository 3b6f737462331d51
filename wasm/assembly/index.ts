export * from "./sip_reader";
