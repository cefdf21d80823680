"use strict";
(() => {
	const data = JSON.parse(document.getElementById("data").textContent);
	const rows = data.rows, PAGE = 100, STATE = 0, NEWEST = 1, TEXTS = 2;
	const get = (id) => document.getElementById(id);
	const heads = [...document.querySelectorAll("#reports th")];
	const tiles = [...document.querySelectorAll(".tiles button")];
	const collator = new Intl.Collator(undefined, {numeric: true});
	const view = {search: "", state: "", all: false, sort: 3, down: true, at: 0};
	let shown = [];

	/* column of the table to what it is sorted by: its state, or a text */
	const value = (row, column) => column === 0 ? row[STATE] : row[TEXTS + column - 1];

	const compare = (a, b) => {
		const x = value(a, view.sort), y = value(b, view.sort);
		const order = typeof x === "number" ? x - y : collator.compare(x, y);
		return view.down ? -order : order;
	};

	const fits = (row, words) => {
		if (!view.all && !row[NEWEST])
			return false;
		if (view.state !== "" && data.states[row[STATE]][0] !== view.state)
			return false;
		if (!words.length)
			return true;
		const text = row.slice(TEXTS).join("\n").toLowerCase();
		return words.every((word) => text.includes(word));
	};

	/* all that a report says comes in by textContent: it is never markup */
	const cell = (tr, text) => {
		const td = tr.insertCell();
		td.textContent = text;
		return td;
	};

	const draw = () => {
		const body = get("reports").tBodies[0];
		const part = shown.slice(view.at, view.at + PAGE);
		body.replaceChildren();
		for (const row of part) {
			const tr = body.insertRow();
			const mark = document.querySelector(`.tiles button[data-state="${data.states[row[STATE]][0]}"] svg`);
			const td = cell(tr, data.states[row[STATE]][1]);
			if (mark)
				td.prepend(mark.cloneNode(true));
			for (let i = 1; i < heads.length; i++)
				cell(tr, value(row, i));
		}
		get("place").textContent = data.place.replace("{first}", part.length ? view.at + 1 : 0)
			.replace("{last}", view.at + part.length).replace("{all}", shown.length);
		get("before").disabled = view.at === 0;
		get("after").disabled = view.at + PAGE >= shown.length;
		heads.forEach((th, i) => {
			if (i === view.sort)
				th.setAttribute("aria-sort", view.down ? "descending" : "ascending");
			else
				th.removeAttribute("aria-sort");
		});
		tiles.forEach((tile) => tile.setAttribute("aria-pressed", String(tile.dataset.state === view.state)));
	};

	const find = () => {
		const words = view.search.toLowerCase().split(/\s+/).filter((word) => word);
		view.at = 0;
		shown = rows.filter((row) => fits(row, words)).sort(compare);
		draw();
	};

	const search = (text) => {
		get("search").value = view.search = text;
		view.state = "";
		find();
		get("search").scrollIntoView();
	};

	get("search").addEventListener("input", (event) => {
		view.search = event.target.value;
		find();
	});
	get("all").addEventListener("change", (event) => {
		view.all = event.target.checked;
		find();
	});
	get("before").addEventListener("click", () => {
		view.at = Math.max(0, view.at - PAGE);
		draw();
	});
	get("after").addEventListener("click", () => {
		view.at += PAGE;
		draw();
	});
	heads.forEach((th, i) => th.firstElementChild.addEventListener("click", () => {
		view.down = i === view.sort ? !view.down : false;
		view.sort = i;
		find();
	}));
	tiles.forEach((tile) => tile.addEventListener("click", () => {
		view.state = tile.dataset.state === view.state ? "" : tile.dataset.state;
		find();
	}));
	document.querySelectorAll("button[data-search]").forEach((button) =>
		button.addEventListener("click", () => search(button.dataset.search)));
	find();
})();
