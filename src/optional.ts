/** A key with its value, or nothing: absent and null alike are left out, as `exactOptionalPropertyTypes` asks for. */
export function optional<Key extends string, Value>(
  key: Key,
  value: Value | null | undefined,
): { readonly [K in Key]?: Value } {
  return value === null || value === undefined ? {} : ({ [key]: value } as { readonly [K in Key]?: Value });
}
