"use strict";
(() => {
  const grid = document.querySelector(".grid");
  const assets = Array.from(grid.children);
  const form = document.querySelector(".filters");
  const output = form.querySelector("output");

  const shown = (asset, { show, measure, name }) => {
    const { look, double, measures, name: own } = asset.dataset;
    if (show === "unusual" && !asset.classList.contains("out")) return false;
    if (show === "double" && !double) return false;
    if (show.startsWith("look-") && look !== show.slice(5)) return false;
    if (measure && !measures.split(" ").includes(measure)) return false;
    return own.includes(name.toLowerCase());
  };

  const order = {
    distance: (a, b) => Number(b.dataset.distance) - Number(a.dataset.distance) || a.dataset.name.localeCompare(b.dataset.name),
    name: (a, b) => a.dataset.name.localeCompare(b.dataset.name, undefined, { numeric: true }),
    date: (a, b) => a.dataset.date.localeCompare(b.dataset.date) || a.dataset.name.localeCompare(b.dataset.name),
  };

  let sorted = "distance";
  const update = () => {
    const wanted = Object.fromEntries(new FormData(form));
    let count = 0;
    assets.forEach((asset) => {
      asset.hidden = !shown(asset, wanted);
      count += asset.hidden ? 0 : 1;
    });
    if (wanted.sort !== sorted) {
      sorted = wanted.sort;
      grid.append(...assets.sort(order[sorted]));
    }
    output.textContent = `${count} / ${assets.length}`;
  };

  form.hidden = false;
  form.addEventListener("input", update);
  form.addEventListener("submit", (event) => event.preventDefault());
  addEventListener("hashchange", () => {
    const target = document.getElementById(location.hash.slice(1));
    if (target && target.hidden) {
      form.reset();
      update();
      target.scrollIntoView();
    }
  });
  update();

  const theme = document.querySelector(".theme");
  theme.hidden = false;
  theme.addEventListener("click", () => {
    const root = document.documentElement;
    const dark = root.style.colorScheme ? root.style.colorScheme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.style.colorScheme = dark ? "light" : "dark";
  });
})();
