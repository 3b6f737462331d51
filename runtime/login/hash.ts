// The program behind `deno task hash`: reads a password from standard input and prints what --browsers takes for it.

import { hashPassword } from "./password_hash.ts";

if (import.meta.main) {
  const isTerminal = Deno.stdin.isTerminal();
  if (isTerminal) {
    await Deno.stderr.write(new TextEncoder().encode("Password: "));
    // What is typed is nobody's to see.
    Deno.stdin.setRaw(true, { cbreak: true });
  }
  const password = await readLine(Deno.stdin.readable);
  if (isTerminal) {
    Deno.stdin.setRaw(false);
    console.error();
  }
  if (password === "") {
    console.error("There is no password on standard input");
    Deno.exit(2);
  }
  console.log(await hashPassword(password));
}

async function readLine(stream: ReadableStream<Uint8Array>): Promise<string> {
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of stream) {
    text += decoder.decode(chunk, { stream: true });
    const [line, rest] = text.split(/\r?\n|\r/, 2);
    if (rest !== undefined) return line!;
  }
  return text;
}
