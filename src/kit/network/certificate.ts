/** Whether a connection was refused here, because the far side's certificate is not trusted (Node's and OpenSSL's codes). */
export function isUntrustedCertificate(error: Error): boolean {
  const code = "code" in error ? String(error.code) : "";
  return /CERT|SELF_SIGNED|ALTNAME|UNABLE_TO_(?:VERIFY|GET)/u.test(code);
}
