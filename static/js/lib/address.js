// Where the tool lives on its host: at the top, or below a path that the page names once (`data-base` of its root element).

/** The address of a path of ours, such as /join. @param {string} path */
export function at(path) {
  return `${document.documentElement.dataset.base ?? ""}${path}`;
}
