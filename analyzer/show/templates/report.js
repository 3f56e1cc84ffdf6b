"use strict";
(() => {
  const all = (selector, root = document) => Array.from(root.querySelectorAll(selector));
  const lanes = document.querySelector(".lanes");
  const video = document.querySelector("video");
  const board = document.querySelector(".board");
  const open = document.querySelector(".open");
  const output = document.querySelector(".clock output");
  const heads = all(".head");
  const stills = all("symbol[data-time]").map((s) => ({ id: s.id, box: s.getAttribute("viewBox"), time: Number(s.dataset.time) }));
  const duration = lanes ? Number(lanes.dataset.duration) : 0;
  const french = document.documentElement.lang === "fr";

  const clock = (seconds) => {
    const tenths = Math.round(seconds * 10);
    const rest = ((tenths % 600) / 10).toFixed(1).padStart(4, "0");
    return `${Math.floor(tenths / 600)}:${french ? rest.replace(".", ",") : rest}`;
  };

  const show = (seconds) => {
    if (!duration) return;
    const x = `${Math.min(100, Math.max(0, (100 * seconds) / duration))}%`;
    heads.forEach((head) => { head.setAttribute("x1", x); head.setAttribute("x2", x); });
    if (output) output.textContent = clock(seconds);
    if (!board || !stills.length || board.hasAttribute("hidden")) return;
    const near = stills.reduce((a, b) => (Math.abs(b.time - seconds) < Math.abs(a.time - seconds) ? b : a));
    board.setAttribute("viewBox", near.box);
    const use = board.querySelector("use");
    const [, , width, height] = near.box.split(" ");
    use.setAttribute("href", `#${near.id}`);
    use.setAttribute("width", width);
    use.setAttribute("height", height);
  };

  const missing = () => {
    if (!video) return;
    video.hidden = true;
    if (board) board.removeAttribute("hidden");
    if (open) open.hidden = false;
    show(0);
  };

  const seek = (seconds) => {
    if (!Number.isFinite(seconds)) return;
    if (video && !video.hidden) {
      try { video.currentTime = seconds; } catch { /* not loaded yet: the marks move all the same */ }
    }
    show(seconds);
  };

  const inView = () => {
    const stage = document.querySelector(".screen");
    if (!stage) return;
    const { top, bottom } = stage.getBoundingClientRect();
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    if (bottom < 80 || top > innerHeight - 80) stage.scrollIntoView({ block: "center", behavior: calm ? "auto" : "smooth" });
  };

  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#t=']");
    if (link) {
      event.preventDefault();
      const seconds = Number(link.getAttribute("href").slice(3));
      history.replaceState(null, "", `#t=${seconds}`);
      seek(seconds);
      inView();
      return;
    }
    const track = event.target.closest(".lane .track");
    if (track && duration) {
      const box = track.getBoundingClientRect();
      seek((duration * (event.clientX - box.left)) / box.width);
    }
  });

  all(".lane svg.track").forEach((lane) => {
    const links = all("a", lane);
    lane.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      const at = links.indexOf(document.activeElement);
      let to = step ? at + step : event.key === "Home" ? 0 : event.key === "End" ? links.length - 1 : -1;
      if (at < 0 || (!step && to < 0)) return;
      event.preventDefault();
      to = Math.min(links.length - 1, Math.max(0, to));
      links.forEach((link, n) => link.setAttribute("tabindex", n === to ? "0" : "-1"));
      links[to].focus();
    });
  });

  if (video) {
    video.addEventListener("timeupdate", () => show(video.currentTime));
    video.addEventListener("error", missing);
    if (!video.getAttribute("src") || video.error) missing();
    const input = document.querySelector(".open input");
    let address = "";
    if (input) {
      input.addEventListener("change", () => {
        if (!input.files.length) return;
        if (address) URL.revokeObjectURL(address);
        address = URL.createObjectURL(input.files[0]);
        video.src = address;
        video.hidden = false;
        if (board) board.setAttribute("hidden", "");
      });
    }
  }

  const fromHash = () => {
    const found = /^#t=([0-9]+(?:\.[0-9]+)?)$/.exec(location.hash);
    if (found) seek(Number(found[1]));
  };
  addEventListener("hashchange", fromHash);
  fromHash();

  const theme = document.querySelector(".theme");
  theme.hidden = false;
  theme.addEventListener("click", () => {
    const root = document.documentElement;
    const dark = root.style.colorScheme ? root.style.colorScheme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.style.colorScheme = dark ? "light" : "dark";
  });

  let closed = [];
  addEventListener("beforeprint", () => {
    closed = all("details.group:not([open]):not(.not_applicable)");
    closed.forEach((details) => { details.open = true; });
  });
  addEventListener("afterprint", () => closed.forEach((details) => { details.open = false; }));
})();
