/** Words of at least this many characters are found through an index of their parts. */
export const INDEXED_WORD = 3;

/** Lower case without diacritics, so that `Müller` and `muller` are the same text. */
export function normalise(text: string): string {
  return text
    .toWellFormed()
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[\s\p{Cc}]+/gu, ' ')
    .trim();
}

/** The text that a row is found by: its parts, normalised. */
export function searchText(parts: readonly (string | null | undefined)[]): string {
  return normalise(parts.filter((part) => part != null && part !== '').join(' '));
}

/** The words of a search. A row matches when its text contains every one of them. */
export function searchWords(search: string): readonly string[] {
  return [...new Set(normalise(search).split(' '))].filter((word) => word !== '');
}
