// A request of ours as a report of its failure quotes it: the beginning, cut off anywhere (RFC 3261 section 18.4).

const VIA = "\r\nVia: ";
const BRANCH = ";branch=";

/**
 * Key of the client transaction whose request begins so, "" = it cannot be told, or it is a response: that is asked for again by the
 * request's repeat. An ACK is its INVITE's. Who makes a report up has to know the branch, which only the request's way has seen.
 */
export function quotedTransaction(quote: string): string {
  const space = quote.indexOf(" ");
  const method = quote.slice(0, Math.max(space, 0));
  const via = quote.indexOf(VIA);
  const end = quote.indexOf("\r\n", via + VIA.length);
  if (!/^[A-Z]+$/.test(method) || via < 0 || end < 0) return "";
  const value = quote.slice(via + VIA.length, end);
  const start = value.indexOf(BRANCH);
  if (start < 0) return "";
  const branch = /^[^;,\s]*/.exec(value.slice(start + BRANCH.length))![0];
  return branch === "" ? "" : `${branch} ${method === "ACK" ? "INVITE" : method}`;
}
