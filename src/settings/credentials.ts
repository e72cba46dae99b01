export type CloudflareCredentials =
  | { readonly kind: 'api-token'; readonly token: string }
  | { readonly kind: 'api-key'; readonly key: string; readonly email: string };

export type GitHubCredentials =
  | { readonly kind: 'token'; readonly token: string }
  /** `privateKey` is RSA, as PKCS #8 in PEM, whatever the input was. */
  | { readonly kind: 'app'; readonly clientId: string; readonly privateKey: string };
