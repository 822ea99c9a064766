(() => {
  const root = document.querySelector("main");
  let lit = [];
  const clear = () => { lit.forEach((one) => one.classList.remove("lit")); lit = []; };
  const light = (one) => { one.classList.add("lit"); lit.push(one); };
  root.addEventListener("mouseover", (event) => {
    const fact = event.target.closest("[data-s]"), segment = event.target.closest("[data-n]");
    const box = event.target.closest(".claim, .around");
    clear();
    if (!box || (!fact && !segment)) return;
    if (fact) {
      light(fact);
      const wanted = new Set(fact.dataset.s.split(" "));
      box.querySelectorAll("[data-n]").forEach((one) => { if (wanted.has(one.dataset.n)) light(one); });
    } else {
      light(segment);
      box.querySelectorAll("[data-s]").forEach((one) => {
        if (one.dataset.s.split(" ").includes(segment.dataset.n)) light(one);
      });
    }
  });
  root.addEventListener("mouseleave", clear);
  // a segment may lie in a part that is folded
  const open = () => {
    const target = location.hash && document.getElementById(location.hash.slice(1));
    for (let one = target; one; one = one.parentElement) if (one.tagName === "DETAILS") one.open = true;
    if (target) target.scrollIntoView({ block: "nearest" });
  };
  addEventListener("hashchange", open);
  open();
})();
