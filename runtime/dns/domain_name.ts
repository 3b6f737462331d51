// Names as they are asked for and compared: lower case, no dot at the end.

/** Labels of letters, digits, hyphens and underscores: what can be asked for as it is. `name` is plain. */
export function isName(name: string): boolean {
  return name.length <= 250 && /^[a-z\d_-]{1,63}(?:\.[a-z\d_-]{1,63})*$/.test(name);
}

export function plainName(name: string): string {
  return name.toLowerCase().replace(/\.$/, "");
}

/** Whether `name` is `domain` or below it. */
export function isWithin(name: string, domain: string): boolean {
  return name === domain || domain === "" || name.endsWith(`.${domain}`);
}
