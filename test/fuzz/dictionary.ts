// Words that mutation puts in: names, numbers at the edges of ranges, and the marks of each grammar.

export type Words = readonly Uint8Array<ArrayBuffer>[];

/** A byte for each character, U+0000 to U+00FF. */
export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

export function textOf(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 8192) {
    text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  }
  return text;
}

const numbers =
  "0 1 2 00 007 -1 +1 99 100 199 255 256 486 699 700 999 5060 65535 65536 65537 2147483647 2147483648 " +
  "4294967294 4294967295 4294967296 4294967328 9999999999 18446744073709551615 18446744073709551616 " +
  "99999999999999999999999999 0x10 1e3 1E+2 1e400 1e-400 0.5 1.0 -0 -0.0 4294967295e0 0.4294967295e10 10e-1";

const sip =
  "INVITE ACK BYE CANCEL REGISTER OPTIONS INFO PRACK UPDATE MESSAGE SUBSCRIBE NOTIFY PUBLISH REFER invite " +
  "SIP/2.0 sip/2.0 SIP/3.0 SIP/2.00 SIP/2. Via From To Call-ID CSeq Max-Forwards Content-Length Content-Type Contact " +
  "Route Record-Route Expires Require Supported Allow Event Path Warning Replaces X-Other v f t i m l c e k s o u r b x " +
  "127.0.0.1 192.000.002.001 256.1.1.1 [::1] [2001:db8::1] [::ffff:1.2.3.4] [1:2:3:4:5:6:7:8:9] [::1 ::1 example.com " +
  "a-.b -a a..b a. 1.a a.1 _x sip:a@b sips:a@b tel:+1-201 tel:7042;phone-context=x http://a/b?c sip: urn:x:y sip:@b " +
  "sip:a:p@b:5060 <sip:a@b> <sip:a@b;lr> <> ;lr ;lr=on ;transport=tcp ;transport=ws ;maddr=1.2.3.4 ;method=INVITE " +
  ';ttl=1 ;user=phone ?a=b ?a=b&c=d ;tag=1 ;tag ;tag= ;tag="x" ;branch=z9hG4bK1 ;branch=1 ;rport ;rport=5060 ' +
  ';received=1.2.3.4 ;received=::1 ;q=0.5 ;expires=60 ;expires=x ;a=b ;a="b" ;a="\\"" ;x=[::1] "a" "\\"" "a\\ "\\ ' +
  '%00 %41 %4 %zz %FF %2 %25%34%31 z9hG4bK Z9HG4BK "Zo\xc3\xab" \xc3\xab \xc3 \xe2\x82\xac \xf0\x9f\x98\x80 \xed\xa0\x80 ' +
  "\xc0\x80 \xf5\x80\x80\x80 UDP TCP TLS WS WSS SCTP / SIP/2.0/UDP a;b=c 0 70 * + ~ ` ' ! $ & = @ # ^ | { } ( ) [ ]";
const sipMarks = [
  "\r\n",
  "\r\n ",
  "\r\n\t",
  "\r",
  "\n",
  "\r\n\r\n",
  "\t",
  " ",
  "  ",
  ", ",
  ",",
  ";",
  ":",
  " : ",
  "<",
  ">",
]
  .concat([
    '"',
    "\\",
    "\0",
    "\x7f",
    "\x01",
    " ;",
    "; ",
    " = ",
    " / ",
    "\r\nX: y",
    "\r\n\r\n\r\n",
    "\xff",
    "\xff\xfe",
  ]);

const json =
  'null true false "true" "false" {} [] "" messageType OFFER ANSWER OK SHUTDOWN ERROR WAITING RINGING ' +
  "PRANSWER CANDIDATE INFO MESSAGE SUBSCRIBE NOTIFY PUBLISH OFFER_REQUEST OFFER_RESPONSE UPDATE offererSessionId " +
  "answererSessionId offerSessionId answerSessionId seq tieBreaker tiebreaker moreComing moreComingFlag privacy errorType error " +
  "status to from setSessionToken setResponseToken sessionToken responseToken sdp content msgContent reason roap orig " +
  "dest type NOMATCH TIMEOUT REFUSED CONFLICT DOUBLECONFLICT FAILED OFFLINE OUT_OF_ORDER INVALID_STATE RETRY " +
  "\\u0041 \\u0000 \\u000a \\ud83d\\ude00 \\ud800 \\udc00 \\ud800\\u0041 \\uD83D\\uDE00 \\u2028 \\u0085 \\u007f \\u00e9 \\u20ac " +
  '\\n \\r \\t \\b \\f \\/ \\\\ \\" \\x \\u \\u12 \\r\\n \xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80 \xed\xa0\x80 \xc3 \xc0\xaf ' +
  '"a":1, ,"x":[1,{"y":2}] :{"a":null} [[[[[[[[ {"a":{"a":{"a": tru nul NaN Infinity //x \'a\' ,] ,} 1, . e E - +';
const jsonMarks = [
  "{",
  "}",
  "[",
  "]",
  ":",
  ",",
  '"',
  "\\",
  " ",
  "\n",
  "\t",
  "\r",
  "\0",
  "\x0b",
  "\x7f",
  "\x85",
  "SDP\n",
];

export const NUMBERS: Words = numbers.split(" ").map(bytesOf);
export const SIP_WORDS: Words = [...sip.split(" "), ...sipMarks].map(bytesOf).concat(NUMBERS);
export const JSON_WORDS: Words = [...json.split(" "), ...jsonMarks].map(bytesOf).concat(NUMBERS);
