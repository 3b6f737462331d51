export { hasSimd } from "./feature";
export { readSip } from "./sip_reader";
export { selectContact } from "./sip_parties";
export { clientKey, responseLines, routeSet, serverKey } from "./sip_text";
export { headerName, headerNameLength, headerOf, methodName, methodNameLength } from "./sip_names";
export { headerDecoder, headerMethods, headerOccurs, headerStatus, missingHeader } from "./sip_headers";
export { copySip } from "./sip_copy";
export {
  openValue,
  takeAddress,
  takeAuthParam,
  takeCallId,
  takeCharacter,
  takeComment,
  takeElement,
  takeHead,
  takeHost,
  takenSecond,
  takeNumber,
  takeParam,
  takeQuoted,
  takeToken,
  valueDone,
  valueOffset,
} from "./sip_values";
export { checkToken, checkUser, readUri, readUriAt } from "./uri";
export { keepLine, writeSipRequest, writeSipResponse } from "./sip_writer";
export { findHead, headLength } from "./frame";
export { checkText, unmask, unmaskText } from "./masked_text";
export { readRoap } from "./roap_reader";
export { writeRoap } from "./roap_writer";
export { mapToRoap } from "./map_to_roap";
export { mapToSip } from "./map_to_sip";
export { errorTypeOf, statusOf } from "./error_type";
