// Loaded before the tests (node --import): just enough of a document for modules that draw to be imported. What is drawn is
// tested in a browser; here only plain values are.

globalThis.document ??= /** @type {any} */ ({
  documentElement: { dataset: { icons: "" }, lang: "en" },
  createComment: () => ({}),
  createTreeWalker: () => ({}),
  getElementById: () => null,
  querySelectorAll: () => [],
});
