export * from "./sip_reader";
export { readRoap } from "./roap_reader";
