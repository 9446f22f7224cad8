// A busy machine, made on purpose: every drawing and every word on the wire comes LATE_MS later, in the same order. A test that
// only passes when the page is quick fails here (the README says how to run it).
(() => {
  const later = (act) => setTimeout(act, LATE_MS);

  const frame = globalThis.requestAnimationFrame.bind(globalThis);
  globalThis.requestAnimationFrame = (draw) => later(() => frame(draw));

  const ask = globalThis.fetch.bind(globalThis);
  globalThis.fetch = async (...asked) => {
    await new Promise(later);
    const answer = await ask(...asked);
    await new Promise(later);
    return answer;
  };

  const { send } = WebSocket.prototype;
  WebSocket.prototype.send = function (text) {
    later(() => this.readyState === this.OPEN && send.call(this, text));
  };
  const heard = Object.getOwnPropertyDescriptor(WebSocket.prototype, "onmessage");
  Object.defineProperty(WebSocket.prototype, "onmessage", {
    ...heard,
    set(listener) {
      heard.set.call(this, listener && ((event) => later(() => listener.call(this, event))));
    },
  });
})();
