// Certificates as a program reads them: files in a directory of their own.

import { Authority, type CertificateOptions, type Issued } from "./certificates.ts";

export class CertificateFiles implements AsyncDisposable {
  readonly authority: Authority;
  readonly directory: string;

  private constructor(directory: string, authority: Authority) {
    this.directory = directory;
    this.authority = authority;
    Deno.writeTextFileSync(this.ca, this.authority.certificate);
  }

  /** With a certificate of the authority's for the names. */
  static async make(
    options?: CertificateOptions,
    authority: Authority = new Authority(),
  ): Promise<CertificateFiles> {
    const files = new CertificateFiles(await Deno.makeTempDir({ prefix: "ropeway-tls-" }), authority);
    files.write(options);
    return files;
  }

  get certificate(): string {
    return `${this.directory}/certificate.pem`;
  }

  get key(): string {
    return `${this.directory}/key.pem`;
  }

  get ca(): string {
    return `${this.directory}/ca.pem`;
  }

  /** The options that name them. */
  get args(): string[] {
    return ["--certificate", this.certificate, "--key", this.key, "--ca", this.ca];
  }

  /** Another certificate in the same files. */
  write(options?: CertificateOptions): Issued {
    const issued = this.authority.issue(options);
    Deno.writeTextFileSync(this.certificate, issued.certificate);
    Deno.writeTextFileSync(this.key, issued.key);
    return issued;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.directory, { recursive: true });
  }
}
