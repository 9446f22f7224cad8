// The little of a page that lit-html asks for when it is loaded; nothing is drawn here.
globalThis.document ??= { createTreeWalker: () => ({}), createComment: () => ({}), getElementById: () => null, documentElement: { dataset: {}, lang: "en" } };
