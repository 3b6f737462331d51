export { checkToken, checkUser, readUri } from "./uri";
export { clientKey, responseLines, routeSet, serverKey } from "./sip_text";
export { headerName, headerNameLength, methodName, methodNameLength } from "./sip_names";
export { readRoap } from "./roap_reader";
export { readSip, selectContact } from "./sip_reader";
export { writeRoap } from "./roap_writer";
