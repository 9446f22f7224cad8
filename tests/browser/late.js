// A busy machine, made on purpose: every drawing and every word on the wire comes LATE_MS later, in the same order. A test that
// only passes when the page is quick fails here. FACILITATION_TEST_LATE_MS=150 python3 -m facilitation test tests/browser
(() => {
  const late = (() => {
    const frame = globalThis.requestAnimationFrame.bind(globalThis);
    globalThis.requestAnimationFrame = (draw) => setTimeout(() => frame(draw), LATE_MS);
    return (act) => setTimeout(act, LATE_MS);
  })();

  const ask = globalThis.fetch.bind(globalThis);
  globalThis.fetch = async (...asked) => {
    await new Promise(late);
    const answer = await ask(...asked);
    await new Promise(late);
    return answer;
  };

  const { send } = WebSocket.prototype;
  WebSocket.prototype.send = function (text) {
    late(() => this.readyState === this.OPEN && send.call(this, text));
  };
  const heard = Object.getOwnPropertyDescriptor(WebSocket.prototype, "onmessage");
  Object.defineProperty(WebSocket.prototype, "onmessage", {
    ...heard,
    set(listener) {
      heard.set.call(this, listener && ((event) => late(() => listener.call(this, event))));
    },
  });
})();
