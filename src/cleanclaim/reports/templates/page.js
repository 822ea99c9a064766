"use strict";
(() => {
  const root = document.documentElement;
  const findings = [...document.querySelectorAll("[data-parts]")].map((element) => ({
    element,
    parts: element.dataset.parts.split(" "),
    fee: element.dataset.basis === "fee" ? Number(element.dataset.cents) : 0,
    charge: element.dataset.basis === "charge" ? Number(element.dataset.cents) : 0,
    text: null,
  }));
  const buttons = [...document.querySelectorAll("button.facet")];
  const search = document.getElementById("search");
  const status = document.getElementById("status");
  const reset = document.getElementById("reset");
  const toggle = document.getElementById("toggle");
  const more = document.getElementById("more");
  const money = new Intl.NumberFormat("en-US", { style: "currency", currency: "USD" });
  const number = new Intl.NumberFormat("en-US");

  // a part is a letter, which names the facet, and a number: within a facet any chosen part will do
  function chosen() {
    const groups = new Map();
    for (const button of buttons) {
      if (button.getAttribute("aria-pressed") === "true") {
        const part = button.dataset.part;
        groups.set(part[0], (groups.get(part[0]) || new Set()).add(part));
      }
    }
    return [...groups.values()];
  }

  function words(finding) {
    if (finding.text === null) {
      const told = finding.element.querySelector("summary") || finding.element;
      finding.text = told.textContent.toLowerCase();
    }
    return finding.text;
  }

  function apply() {
    const groups = chosen();
    const wanted = search.value.trim().toLowerCase();
    let count = 0, fee = 0, charge = 0, rows = 0;
    for (const finding of findings) {
      const shown =
        groups.every((group) => finding.parts.some((part) => group.has(part))) &&
        (!wanted || words(finding).includes(wanted));
      finding.element.hidden = !shown;
      if (shown) {
        count += 1;
        fee += finding.fee;
        charge += finding.charge;
        if (finding.element.tagName === "TR") rows += 1;
      }
    }
    const filtered = groups.length > 0 || wanted;
    status.textContent =
      `${number.format(count)} of ${number.format(findings.length)} listed` +
      `: ${money.format(fee / 100)} at fee schedule, ${money.format(charge / 100)} charged`;
    reset.hidden = !filtered;
    if (more) more.hidden = rows === 0;
  }

  for (const button of buttons) {
    button.disabled = false;
    button.addEventListener("click", () => {
      button.setAttribute("aria-pressed", String(button.getAttribute("aria-pressed") !== "true"));
      apply();
    });
  }
  search.addEventListener("input", apply);
  reset.addEventListener("click", () => {
    for (const button of buttons) button.setAttribute("aria-pressed", "false");
    search.value = "";
    apply();
    search.focus();
  });
  toggle.addEventListener("click", () => {
    const open = toggle.getAttribute("aria-pressed") !== "true";
    for (const { element } of findings) {
      const details = element.querySelector("details");
      if (details && !element.hidden) details.open = open;
    }
    toggle.setAttribute("aria-pressed", String(open));
    toggle.textContent = open ? "Close all" : "Open all";
  });
  window.addEventListener("beforeprint", () => {
    if (!document.body.classList.contains("print-open")) return;
    for (const details of document.querySelectorAll(".finding details")) details.open = true;
  });
  root.classList.add("js");
  apply();
})();
