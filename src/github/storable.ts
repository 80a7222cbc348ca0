/**
 * PostgreSQL keeps neither NUL nor half a surrogate pair in text or JSON. People can put both into a title; a delivery
 * that could not be stored for that reason would be lost, so they are taken out at the door.
 */
export function storable(text: string): string {
  return text.toWellFormed().replaceAll("\0", "");
}
