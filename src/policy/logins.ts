/** GitHub logins as values. They are written in any case and mean the same; comparing them exactly lets people slip by. */

export function sameLogin(a: string | undefined, b: string | undefined): boolean {
  return a !== undefined && b !== undefined && a.toLowerCase() === b.toLowerCase();
}

export function hasLogin(logins: readonly string[], login: string): boolean {
  return logins.some((one) => sameLogin(one, login));
}

/** Each login once, in the order and spelling in which it came first. */
export function distinctLogins(logins: readonly string[]): readonly string[] {
  const seen = new Map<string, string>();
  for (const login of logins) {
    const key = login.toLowerCase();
    if (!seen.has(key)) seen.set(key, login);
  }
  return [...seen.values()];
}
