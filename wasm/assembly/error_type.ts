// Which ROAP error a SIP status is, and back.

import * as code from "./roap_codes";

/** ERROR_TYPE_* of a failure status, 0 for any other. */
export function errorTypeOf(status: i32): i32 {
  switch (status) {
    case 481:
      return code.ERROR_TYPE_NOMATCH;
    case 408:
    case 504:
      return code.ERROR_TYPE_TIMEOUT;
    case 486:
    case 488:
    case 600:
    case 603:
      return code.ERROR_TYPE_REFUSED;
    case 491:
      return code.ERROR_TYPE_CONFLICT;
    default:
      return status >= 300 && status <= 699 ? code.ERROR_TYPE_FAILED : 0;
  }
}

/** Status of an ERROR_TYPE_*, 0 for any other number. */
export function statusOf(errorType: i32): i32 {
  switch (errorType) {
    case code.ERROR_TYPE_NOMATCH:
      return 481;
    case code.ERROR_TYPE_TIMEOUT:
      return 408;
    case code.ERROR_TYPE_REFUSED:
      return 603;
    case code.ERROR_TYPE_CONFLICT:
    case code.ERROR_TYPE_DOUBLECONFLICT:
      return 491;
    case code.ERROR_TYPE_FAILED:
      return 500;
    default:
      return 0;
  }
}

/**
 * Status of an ERROR that names one itself: that one when it says the same as the error type, else the type's. Redirections
 * and challenges would make the other side act, so a ROAP message cannot cause them.
 */
export function statusOfError(errorType: i32, status: i32): i32 {
  const acts = status < 400 || status == 401 || status == 407;
  return !acts && errorTypeOf(status) == errorType ? status : statusOf(errorType);
}
