// @ts-check
// What a person types or sees as somebody's address.

/**
 * What was typed, as the `to` member wants it: a SIP or tel URI, or a bare user of the relay's domain.
 * @param {string} typed
 * @returns {{to: string} | {problem: string}}
 */
export function readDialled(typed) {
  const text = typed.trim();
  if (text === "") return { problem: "Type whom to call: a name, a SIP address or a telephone number." };
  if (/^(sips?|tel):/i.test(text)) {
    return /\s/.test(text) ? { problem: "An address has no spaces in it." } : { to: text };
  }
  // A number is read as people write it: +49 30 123-45 (67).
  if (/^\+[\d\s().\-/]+$/.test(text)) return { to: `tel:${text.replace(/[^+\d]/g, "")}` };
  if (/\s/.test(text)) return { problem: "A name or address has no spaces in it." };
  if (text.includes("@")) return { to: `sip:${text}` };
  return { to: text };
}

/**
 * The part of an address that a person knows somebody by.
 * @param {string} address sip:alice@ropeway.local;x=y, tel:+4930123, alice
 * @returns {string} alice, +4930123; never empty
 */
export function shortName(address) {
  const bare = address.replace(/^(sips?|tel):/i, "");
  const user = bare.split(/[@;?]/, 1)[0] || bare;
  try {
    return decodeURIComponent(user) || "Somebody";
  } catch {
    return user || "Somebody";
  }
}
