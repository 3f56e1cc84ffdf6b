"use strict";
(() => {
  const AT_ONCE = 60;
  const ROW = ["name", "state", "platform", "page", "thumbnail", "facts", "todo", "more", "checks", "toFix", "notMeasured", "reason", "counts", "duration", "date", "partial"];
  const rows = JSON.parse(document.getElementById("rows").textContent).map((values, order) => {
    const row = { order };
    ROW.forEach((key, index) => { row[key] = values[index]; });
    row.search = row.name.toLowerCase();
    return row;
  });
  const form = document.querySelector(".filters");
  const grid = document.querySelector(".grid");
  const output = document.querySelector(".found output");
  const end = document.querySelector(".end");
  const byName = new Intl.Collator(document.documentElement.lang, { numeric: true });
  const SORTS = {
    order: () => 0,
    name: (a, b) => byName.compare(a.name, b.name),
    worst: (a, b) => b.counts[0] - a.counts[0] || b.counts[1] - a.counts[1],
    newest: (a, b) => (a.date < b.date ? 1 : a.date > b.date ? -1 : 0),
    longest: (a, b) => (b.duration || 0) - (a.duration || 0),
  };
  let found = [];
  let shown = 0;

  const copy = (id) => document.getElementById(id).content.firstElementChild.cloneNode(true);

  const card = (row) => {
    const item = copy("card");
    const part = (selector) => item.querySelector(selector);
    if (row.page) part("a").href = row.page;
    if (row.thumbnail) {
      const picture = document.createElement("img");
      picture.src = row.thumbnail;
      picture.loading = "lazy";
      picture.alt = "";
      part(".picture").append(picture);
    } else {
      part(".picture").append(copy(`state-${row.state}`).querySelector("svg"));
    }
    const cut = Math.max(row.name.lastIndexOf("/"), row.name.lastIndexOf("\\")) + 1;
    part(".folder").textContent = row.name.slice(0, cut);
    part(".name").textContent = row.name.slice(cut);
    part("a").title = row.name;
    part(".line").append(copy(`state-${row.state}`));
    if (row.partial) part(".line").append(copy("partial"));
    if (form.elements.platform) {
      const platform = document.createElement("span");
      platform.className = "tag";
      platform.textContent = row.platform;
      part(".line").append(platform);
    }
    part(".facts-line").textContent = row.facts.join(" · ");
    part(".reason").textContent = row.reason;
    row.todo.forEach(([status, title]) => {
      const entry = document.createElement("li");
      const word = document.createElement("span");
      word.textContent = title;
      entry.append(copy(`state-${status}`).querySelector("svg"), word);
      part(".todo").append(entry);
    });
    if (row.more > 0) {
      const rest = copy("and-more");
      rest.textContent = rest.textContent.replace("{n}", String(row.more));
      part(".todo").append(rest);
    }
    return item;
  };

  const showMore = () => {
    grid.append(...found.slice(shown, shown + AT_ONCE).map(card));
    shown = Math.min(found.length, shown + AT_ONCE);
    end.hidden = shown === found.length;
  };

  const matches = (row, states, wanted) => {
    if (states.length && !states.includes(row.state)) return false;
    if (wanted.check && !row.checks.includes(wanted.check)) return false;
    if (wanted.platform && row.platform !== wanted.platform) return false;
    if (wanted.name && !row.search.includes(wanted.name)) return false;
    if (!wanted.signal) return true;
    const ids = wanted.signal[0] === "+" ? row.toFix : row.notMeasured;
    return ids.includes(wanted.signal.slice(1));
  };

  const update = () => {
    const data = new FormData(form);
    const wanted = { check: data.get("check"), signal: data.get("signal"), platform: data.get("platform"), name: data.get("name").trim().toLowerCase() };
    const states = data.getAll("state");
    found = rows.filter((row) => matches(row, states, wanted));
    found.sort((a, b) => SORTS[data.get("sort")](a, b) || a.order - b.order);
    output.textContent = `${found.length} / ${rows.length}`;
    grid.replaceChildren();
    shown = 0;
    showMore();
  };

  form.addEventListener("input", update);
  form.addEventListener("submit", (event) => event.preventDefault());
  end.querySelector("button").addEventListener("click", showMore);
  new IntersectionObserver((entries) => { if (entries.some((entry) => entry.isIntersecting)) showMore(); }, { rootMargin: "600px" }).observe(end);

  const theme = document.querySelector(".theme");
  theme.hidden = false;
  theme.addEventListener("click", () => {
    const style = document.documentElement.style;
    const dark = style.colorScheme ? style.colorScheme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    style.colorScheme = dark ? "light" : "dark";
  });
  update();
})();
