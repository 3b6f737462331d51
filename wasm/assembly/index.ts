export { readSip, selectContact } from "./sip_reader";
export { clientKey, responseLines, routeSet, serverKey } from "./sip_text";
export { headerName, headerNameLength, methodName, methodNameLength } from "./sip_names";
export { checkToken, checkUser, readUri } from "./uri";
export { writeSipRequest, writeSipResponse } from "./sip_writer";
export { findHead, headLength } from "./frame";
export { readRoap } from "./roap_reader";
export { writeRoap } from "./roap_writer";
