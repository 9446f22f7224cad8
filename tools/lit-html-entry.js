// What the pages may use of lit-html. Left out on purpose: styleMap writes a style attribute, which the content security policy
// refuses (use lib/vars.js), and the unsafe directives turn text into markup.
export { html, nothing, noChange, render, svg } from "lit-html";
export { cache } from "lit-html/directives/cache.js";
export { choose } from "lit-html/directives/choose.js";
export { classMap } from "lit-html/directives/class-map.js";
export { guard } from "lit-html/directives/guard.js";
export { ifDefined } from "lit-html/directives/if-defined.js";
export { join } from "lit-html/directives/join.js";
export { keyed } from "lit-html/directives/keyed.js";
export { live } from "lit-html/directives/live.js";
export { map } from "lit-html/directives/map.js";
export { createRef, ref } from "lit-html/directives/ref.js";
export { repeat } from "lit-html/directives/repeat.js";
export { when } from "lit-html/directives/when.js";
