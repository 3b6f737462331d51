// Why the program could not start, as one line for an operator.

export class StartError extends Error {
  override readonly name: string = "StartError";
}
