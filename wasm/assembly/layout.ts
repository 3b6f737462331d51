// The codec's memory, one fixed block of 2 MiB. Untyped constants: AssemblyScript and TypeScript both compile this file.
//
//  0x000000  static data of the compiler
//  0x010000  INPUT        one message, at most 65,536 bytes, and padding for reads past its end
//  0x020800  SIP          index of a SIP message: decoded fields, first line of each known header, header lines
//  0x024000  ROAP         decoded members of a ROAP message
//  0x025000  ENVELOPE     the intermediate message
//  0x025200  URI          decoded parts of one URI
//  0x025400  FRAME        result of a look at a stream
//  0x026000  URI_TEXT     one URI, at most 4,096 bytes, and padding
//  0x028000  TEXT         control text of a message to write; text made for the reader (keys, kept lines)
//  0x040000  BODY         a body that the caller owns, staged for writing; a stretch of a stream
//  0x060000  OUTPUT       finished messages, until the loop has drained them

export const PAGES = 32;
export const INPUT = 0x10000;
export const INPUT_SIZE = 0x10800;
export const SIP = 0x20800;
export const ROAP = 0x24000;
export const ENVELOPE = 0x25000;
export const URI = 0x25200;
export const FRAME = 0x25400;
export const URI_TEXT = 0x26000;
export const URI_TEXT_SIZE = 0x1000;
export const TEXT = 0x28000;
export const TEXT_SIZE = 0x18000;
export const BODY = 0x40000;
export const BODY_SIZE = 0x10800;
export const OUTPUT = 0x60000;
export const OUTPUT_END = 0x200000;
