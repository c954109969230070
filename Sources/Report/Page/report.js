"use strict";

// Tables: a click on a heading sorts, a word in the field filters.
for (const table of document.querySelectorAll("table")) {
  const body = table.tBodies[0];
  table.querySelectorAll("thead th").forEach((heading, column) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = heading.textContent;
    heading.replaceChildren(button);
    button.addEventListener("click", () => {
      const descending = heading.getAttribute("aria-sort") === "ascending";
      for (const other of table.querySelectorAll("thead th")) other.removeAttribute("aria-sort");
      heading.setAttribute("aria-sort", descending ? "descending" : "ascending");
      const key = (row) => {
        const cell = row.cells[column];
        if (cell.className !== "number") return cell.textContent;
        return cell.dataset.value === undefined ? Infinity : Number(cell.dataset.value);
      };
      // What failed, or has no value, stays last.
      const isMissing = (value) => value === "" || value === Infinity;
      const rows = [...body.rows].sort((a, b) => {
        const [x, y] = [key(a), key(b)];
        if (isMissing(x) || isMissing(y)) return isMissing(x) - isMissing(y);
        const order = typeof x === "number" && typeof y === "number"
          ? x - y : String(x).localeCompare(String(y), "en", { numeric: true });
        return descending ? -order : order;
      });
      body.append(...rows);
    });
  });
}
for (const field of document.querySelectorAll("input[type=search]")) {
  const rows = [...document.getElementById(field.dataset.table).tBodies[0].rows];
  const count = field.parentElement.querySelector("output");
  field.parentElement.hidden = false;
  field.addEventListener("input", () => {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const row of rows) {
      const text = row.textContent.toLowerCase();
      row.hidden = !words.every((word) => text.includes(word));
      shown += !row.hidden;
    }
    count.textContent = words.length ? `${shown} of ${rows.length} rows` : `${rows.length} rows`;
  });
}

// Light and dark: as the system says, until the button is pressed.
const theme = document.getElementById("theme");
const isDark = () => {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
};
const nameTheme = () => { theme.textContent = isDark() ? "Light" : "Dark"; };
theme.hidden = false;
nameTheme();
theme.addEventListener("click", () => {
  document.documentElement.dataset.theme = isDark() ? "light" : "dark";
  nameTheme();
});

// On paper everything is unfolded.
addEventListener("beforeprint", () => {
  for (const details of document.querySelectorAll("details:not([open])")) {
    details.open = true;
    details.dataset.folded = "";
  }
});
addEventListener("afterprint", () => {
  for (const details of document.querySelectorAll("details[data-folded]")) {
    details.open = false;
    delete details.dataset.folded;
  }
});

// The player: all runs side by side, at the same number of gradients.
class Player {
  constructor(element) {
    this.data = JSON.parse(element.querySelector("script").textContent);
    this.map = element.querySelector(".map");
    this.curve = element.querySelector(".curve");
    this.slider = element.querySelector("input[type=range]");
    this.button = element.querySelector(".play");
    this.clock = element.querySelector(".clock");
    this.speed = element.querySelector("select");
    this.shown = this.data.paths.map(() => true);
    this.last = Math.max(1, ...this.data.paths.map((path) => path.costs.at(-1)));
    element.hidden = false;
    const who = element.querySelector(".who");
    this.data.paths.forEach((path, index) => {
      const label = document.createElement("label");
      const box = document.createElement("input");
      box.type = "checkbox";
      box.checked = true;
      box.addEventListener("change", () => { this.shown[index] = box.checked; this.draw(); });
      const swatch = document.createElement("span");
      swatch.className = "swatch";
      swatch.style.background = path.color;
      swatch.style.marginRight = "0";
      label.append(box, swatch, path.name);
      who.append(label);
    });
    this.background = this.shade();
    this.slider.addEventListener("input", () => { this.stop(); this.draw(); });
    this.button.addEventListener("click", () => this.playing ? this.stop() : this.play());
    this.map.addEventListener("keydown", (event) => {
      const step = event.shiftKey ? 50 : 5;
      if (event.key === " ") this.playing ? this.stop() : this.play();
      else if (event.key === "ArrowRight") this.move(step);
      else if (event.key === "ArrowLeft") this.move(-step);
      else if (event.key === "Home") this.move(-1000);
      else if (event.key === "End") this.move(1000);
      else return;
      event.preventDefault();
    });
    new ResizeObserver(() => this.draw()).observe(this.map);
    this.draw();
  }

  // What is spent at the slider's place: the beginning, where most happens, has most of the way.
  get cost() { return this.last * (this.slider.value / 1000) ** 2; }
  place(cost) { return Math.sqrt(cost / this.last); }

  move(step) {
    this.stop();
    this.slider.value = Number(this.slider.value) + step;
    this.draw();
  }

  play() {
    this.playing = true;
    this.button.textContent = "Pause";
    if (Number(this.slider.value) >= 1000) this.slider.value = 0;
    let before = performance.now();
    let place = Number(this.slider.value);
    // Who asks for less motion sees a picture every second instead of a film.
    const pause = matchMedia("(prefers-reduced-motion: reduce)").matches ? 1000 : 0;
    const frame = (now) => {
      if (!this.playing) return;
      if (now - before >= pause) {
        place += (now - before) / 8 * Number(this.speed.value);
        before = now;
        this.slider.value = Math.min(place, 1000);
        this.draw();
      }
      if (place >= 1000) this.stop(); else requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  }

  stop() {
    this.playing = false;
    this.button.textContent = "Play";
  }

  // The map as a small image, which is stretched.
  shade() {
    const { width, shades } = this.data;
    const height = width ? shades.length / width : 0;
    if (!height) return null;
    const canvas = document.createElement("canvas");
    canvas.width = width;
    canvas.height = height;
    const context = canvas.getContext("2d");
    const image = context.createImageData(width, height);
    shades.forEach((shade, index) => {
      const row = height - 1 - Math.floor(index / width);
      const at = 4 * (row * width + index % width);
      const share = shade / 100;
      image.data[at] = 253 - 58 * share;
      image.data[at + 1] = 253 - 45 * share;
      image.data[at + 2] = 251 - 33 * share;
      image.data[at + 3] = 255;
    });
    context.putImageData(image, 0, 0);
    return canvas;
  }

  // A canvas as sharp as the screen; returns its context and size in CSS pixels.
  prepare(canvas, ratio) {
    const width = canvas.clientWidth;
    const height = Math.round(width * ratio);
    const scale = devicePixelRatio || 1;
    if (canvas.width !== Math.round(width * scale) || canvas.height !== Math.round(height * scale)) {
      canvas.width = Math.round(width * scale);
      canvas.height = Math.round(height * scale);
      canvas.style.height = `${height}px`;
    }
    const context = canvas.getContext("2d");
    context.setTransform(scale, 0, 0, scale, 0, 0);
    context.clearRect(0, 0, width, height);
    context.lineJoin = "round";
    return { context, width, height };
  }

  // How many rows of a path are there at such a cost.
  rows(path, cost) {
    let low = 0;
    let high = path.costs.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (path.costs[middle] <= cost) low = middle + 1; else high = middle;
    }
    return low;
  }

  draw() {
    const cost = this.cost;
    this.clock.textContent = `${Math.round(cost)} of ${this.last}`;
    this.slider.setAttribute("aria-valuetext", `${Math.round(cost)} of ${this.last} ${this.data.unit}`);
    this.drawMap(cost);
    this.drawCurve(cost);
  }

  drawMap(cost) {
    const { context, width, height } = this.prepare(this.map, 0.78);
    const [x0, x1] = this.data.x;
    const [y0, y1] = this.data.y;
    const at = (x, y) => [(x - x0) / (x1 - x0) * width, height - (y - y0) / (y1 - y0) * height];
    context.fillStyle = "#fdfdfb";
    context.fillRect(0, 0, width, height);
    if (this.background) context.drawImage(this.background, 0, 0, width, height);
    context.strokeStyle = "#9fb0c0";
    context.lineWidth = 0.8;
    for (const line of this.data.contours) {
      context.beginPath();
      for (let i = 0; i < line.length; i += 2) context.lineTo(...at(line[i], line[i + 1]));
      context.stroke();
    }
    context.fillStyle = "#1b1e21";
    context.font = "20px sans-serif";
    context.textAlign = "center";
    context.textBaseline = "middle";
    for (let i = 0; i < this.data.minima.length; i += 2) {
      context.fillText("✳", ...at(this.data.minima[i], this.data.minima[i + 1]));
    }
    this.data.paths.forEach((path, index) => {
      if (!this.shown[index]) return;
      const rows = this.rows(path, cost);
      context.strokeStyle = path.color;
      context.fillStyle = path.color;
      context.lineWidth = 2;
      context.beginPath();
      for (let row = 0; row < rows; row += 1) context.lineTo(...at(path.x[row], path.y[row]));
      context.stroke();
      if (!rows) return;
      const [x, y] = at(path.x[rows - 1], path.y[rows - 1]);
      if (path.diverged && rows === path.x.length) {
        context.lineWidth = 3;
        const [cx, cy] = [Math.min(Math.max(x, 8), width - 8), Math.min(Math.max(y, 8), height - 8)];
        context.beginPath();
        context.moveTo(cx - 6, cy - 6);
        context.lineTo(cx + 6, cy + 6);
        context.moveTo(cx - 6, cy + 6);
        context.lineTo(cx + 6, cy - 6);
        context.stroke();
        return;
      }
      context.beginPath();
      context.arc(x, y, 5, 0, 7);
      context.fill();
      context.strokeStyle = "#fff";
      context.lineWidth = 1.5;
      context.stroke();
    });
  }

  drawCurve(cost) {
    const { context, width, height } = this.prepare(this.curve, 1.17);
    const left = 54, right = 12, top = 30, bottom = 40;
    const heights = this.data.paths.map((path) => path.losses.map((loss) => loss - this.data.floor));
    const positive = heights.flat().filter((value) => value > 0);
    const starts = heights.map((values) => values[0]).filter((value) => value > 0);
    const most = Math.log10(Math.max(...starts, 1e-300)) + 0.7;
    const least = Math.max(positive.reduce((a, b) => Math.min(a, b), Infinity), 10 ** (most - 17));
    const [low, high] = [Math.log10(Number.isFinite(least) ? least : 1e-3) - 0.2, most];
    const x = (value) => left + this.place(value) * (width - left - right);
    const y = (value) => top + (high - Math.log10(Math.max(value, 10 ** low))) / (high - low)
      * (height - top - bottom);
    context.fillStyle = "#fff";
    context.fillRect(0, 0, width, height);
    context.font = "12px system-ui, sans-serif";
    context.fillStyle = "#59626b";
    context.strokeStyle = "#e3e6e9";
    context.lineWidth = 1;
    context.textAlign = "left";
    context.textBaseline = "alphabetic";
    context.fillText("loss above the minimum", 10, 18);
    context.textAlign = "right";
    context.textBaseline = "middle";
    const stride = Math.max(1, Math.ceil((high - low) / 7));
    for (let power = Math.ceil(low); power <= high; power += stride) {
      context.beginPath();
      context.moveTo(left, y(10 ** power));
      context.lineTo(width - right, y(10 ** power));
      context.stroke();
      context.fillText(`1e${power}`, left - 6, y(10 ** power));
    }
    context.textAlign = "center";
    for (const share of [0, 0.25, 0.5, 0.75, 1]) {
      const value = Math.round(this.last * share * share);
      context.fillText(String(value), Math.min(x(value), width - 16), height - bottom + 14);
    }
    context.fillText(this.data.unit, (left + width - right) / 2, height - 10);
    this.data.paths.forEach((path, index) => {
      if (!this.shown[index]) return;
      const rows = this.rows(path, cost);
      context.strokeStyle = path.color;
      context.lineWidth = 2;
      context.save();
      context.beginPath();
      context.rect(left, top, width - left - right, height - top - bottom);
      context.clip();
      context.beginPath();
      for (let row = 0; row < rows; row += 1) {
        context.lineTo(x(path.costs[row]), y(heights[index][row]));
      }
      context.stroke();
      context.restore();
      if (rows) {
        context.fillStyle = path.color;
        context.beginPath();
        context.arc(x(path.costs[rows - 1]),
          Math.min(Math.max(y(heights[index][rows - 1]), top), height - bottom), 4, 0, 7);
        context.fill();
      }
    });
  }
}
for (const element of document.querySelectorAll(".player")) new Player(element);
