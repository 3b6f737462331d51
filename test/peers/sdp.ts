// Session descriptions for tests. Nobody on the way may change a byte of them, so they hold what a tidy mind would tidy up.

/** A description that its `name` tells from others: a tab, a lone LF, characters outside ASCII, no end of line at its end. */
export function describe(name: string): string {
  return [
    "v=0\r\n",
    `o=${name} 20518 0 IN IP4 127.0.0.1\r\n`,
    `s=\tthe café of ${name} ☎ 🎷 "\\u0041" \\n\r\n`,
    "c=IN IP4 127.0.0.1\n",
    "t=0 0\r\n",
    "m=audio 49170 RTP/AVP 0 8\r\n",
    "a=rtpmap:0 PCMU/8000  \r\n",
    "a=x-odd:a/b;c=d, e&f <g>\u007f",
  ].join("");
}

/** The same session on hold. */
export function hold(name: string): string {
  return `${describe(name)}\r\na=sendonly\r\n`;
}
