// Lists of which most have no or one item, replaced whole when they change: a list that grows in place keeps room for seventeen.

/** The list with one item more. */
export function longer<Item>(list: readonly Item[], item: Item): readonly Item[] {
  switch (list.length) {
    case 0:
      return [item];
    case 1:
      return [list[0]!, item];
    default:
      return [...list, item];
  }
}
