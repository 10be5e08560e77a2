// What a form gains where there is JavaScript: one step at a time, a draft on the phone, sending again when the
// line was lost. Without it the form is one page and works the same.
(function () {
	"use strict";
	var sent = document.querySelector("[data-sent]");
	if (sent) {
		forget(sent.getAttribute("data-sent"));
		return;
	}
	var form = document.querySelector("form[data-form]");
	if (!form) {
		return;
	}
	var all = Array.prototype.slice.call(form.querySelectorAll(".step"));
	var steps = all; // those that ask for something
	var note = document.querySelector("[data-draft-note]");
	var send = form.querySelector("[data-send]");
	var place = "aso-draft:" + form.dataset.form + ":" + form.dataset.user;
	var at = 0;

	// --- draft -------------------------------------------------------------------------------------------

	function forget(name) {
		try {
			Object.keys(localStorage).forEach(function (key) {
				if (key.indexOf("aso-draft:" + name + ":") === 0) {
					localStorage.removeItem(key);
				}
			});
		} catch (error) {
			// no storage, no draft
		}
	}

	function inputs() {
		return Array.prototype.filter.call(form.elements, function (input) {
			return input.name && input.type !== "file" && input.type !== "submit" && ["csrf_token", "modified"].indexOf(input.name) < 0 && !input.closest(".extra");
		});
	}

	function keep(sending) {
		var draft = { saved: Date.now(), sending: Boolean(sending), values: [] };
		inputs().forEach(function (input) {
			var ticked = input.type === "checkbox" || input.type === "radio";
			if (input.name === "token" ? sending : !ticked || input.checked) {
				draft.values.push([input.name, input.value]);
			}
		});
		try {
			localStorage.setItem(place, JSON.stringify(draft));
			note.hidden = false;
		} catch (error) {
			// a full or closed storage: the form still works
		}
	}

	function restore() {
		var draft;
		try {
			draft = JSON.parse(localStorage.getItem(place));
		} catch (error) {
			draft = null;
		}
		if (!draft || Date.now() - draft.saved > 14 * 24 * 3600 * 1000) {
			return;
		}
		note.hidden = false;
		if (form.hasAttribute("data-failed")) {
			return; // what the server shows is newer
		}
		inputs().forEach(function (input) {
			var kept = draft.values.filter(function (pair) {
				return pair[0] === input.name;
			});
			if (input.type === "checkbox" || input.type === "radio") {
				input.checked = kept.some(function (pair) {
					return pair[1] === input.value;
				});
			} else if (kept.length) {
				// With the key of a sending that got no answer, a second sending counts once.
				input.value = kept[0][1];
			}
		});
	}

	note.querySelector("[data-wipe]").addEventListener("click", function () {
		forget(form.dataset.form);
		location.reload();
	});
	form.addEventListener("input", function () {
		keep(false);
		depend();
	});
	form.addEventListener("change", depend);

	// --- fields that depend on others -----------------------------------------------------------------------

	function depend() {
		Array.prototype.forEach.call(form.querySelectorAll("[data-if]"), function (field) {
			var value = "";
			Array.prototype.forEach.call(form.elements, function (input) {
				if (input.name === field.dataset.if && ((input.type !== "radio" && input.type !== "checkbox") || input.checked)) {
					value = input.value;
				}
			});
			field.hidden = value !== field.dataset.is;
			Array.prototype.forEach.call(field.querySelectorAll("input, select, textarea"), function (input) {
				input.disabled = field.hidden;
			});
		});
		if (all.length > 1) {
			var here = steps[at];
			steps = all.filter(function (step) {
				return step.querySelector(".field:not([hidden])");
			});
			show(steps.indexOf(here), false);
		}
	}

	// --- steps ----------------------------------------------------------------------------------------------

	var progress = document.createElement("ol");
	var count = document.createElement("p");
	var back = button(form.dataset.back, "plain");
	var next = button(form.dataset.next, "");

	function button(words, kind) {
		var made = document.createElement("button");
		made.type = "button";
		made.className = "button " + kind;
		made.textContent = words;
		return made;
	}

	function show(number, focus) {
		at = Math.max(0, Math.min(number, steps.length - 1));
		all.forEach(function (step, index) {
			step.hidden = step !== steps[at];
			progress.children[index].className = index <= at ? "on" : "";
			progress.children[index].hidden = index >= steps.length;
		});
		count.hidden = progress.hidden = steps.length < 2;
		count.textContent = form.dataset.step.replace("{0}", at + 1).replace("{1}", steps.length);
		back.hidden = at === 0;
		next.hidden = at === steps.length - 1;
		send.hidden = !next.hidden;
		if (focus) {
			form.scrollIntoView();
			steps[at].setAttribute("tabindex", "-1");
			steps[at].focus({ preventScroll: true });
		}
	}

	function sound(step) {
		var wrong = Array.prototype.filter.call(step.querySelectorAll("input, select, textarea"), function (input) {
			return !input.checkValidity();
		})[0];
		if (wrong) {
			wrong.reportValidity();
		}
		return !wrong;
	}

	if (all.length > 1) {
		progress.className = "progress";
		progress.setAttribute("aria-hidden", "true");
		all.forEach(function () {
			progress.appendChild(document.createElement("li"));
		});
		count.className = "soft";
		count.setAttribute("aria-live", "polite");
		form.insertBefore(count, steps[0]);
		form.insertBefore(progress, count);
		send.parentNode.insertBefore(back, send);
		send.parentNode.insertBefore(next, send);
		next.addEventListener("click", function () {
			if (sound(steps[at])) {
				show(at + 1, true);
			}
		});
		back.addEventListener("click", function () {
			show(at - 1, true);
		});
		var first = steps.findIndex(function (step) {
			return step.querySelector(".wrong");
		});
		show(Math.max(first, 0), false);
	}
	restore();
	depend();

	// --- sending --------------------------------------------------------------------------------------------

	form.addEventListener("submit", function (event) {
		event.preventDefault();
		if (steps.length > 1 && at < steps.length - 1) {
			next.click(); // the return key in an earlier step
			return;
		}
		if (!steps.every(function (step, index) {
			if (steps.length > 1 && !step.hidden) {
				return sound(step);
			}
			if (step.querySelector(":invalid") && steps.length > 1) {
				show(index, true);
			}
			return sound(step);
		})) {
			return;
		}
		post();
	});

	function post() {
		var words = send.textContent;
		keep(true);
		send.disabled = true;
		send.textContent = form.dataset.sending;
		fetch(form.action, { method: "POST", body: new FormData(form), credentials: "same-origin" })
			.then(function (response) {
				if (response.redirected) {
					location.href = response.url;
					return null;
				}
				return response.text().then(function (html) {
					var answered = new DOMParser().parseFromString(html, "text/html");
					if (!answered.querySelector("main")) {
						return renew();
					}
					// Its own scripts run again on what the server answered.
					document.open();
					document.write(html);
					document.close();
				});
			})
			.catch(function () {
				say(form.dataset.offline);
				window.addEventListener("online", post, { once: true });
				send.disabled = false;
				send.textContent = words;
			});

		// Signed out and in again in between: this page's token is of the old session. The next sending has the new one.
		function renew() {
			return fetch(location.href, { credentials: "same-origin" })
				.then(function (response) {
					return response.text();
				})
				.then(function (html) {
					var fresh = new DOMParser().parseFromString(html, "text/html").querySelector("[name=csrf_token]");
					var mine = form.querySelector("[name=csrf_token]");
					if (fresh && mine && fresh.value !== mine.value) {
						mine.value = fresh.value;
						post();
					} else {
						location.reload();
					}
				});
		}
	}

	function say(words) {
		var old = form.querySelector(".notice");
		var box = old || document.createElement("div");
		box.className = "notice warn";
		box.setAttribute("role", "alert");
		box.textContent = words;
		form.insertBefore(box, form.firstChild);
	}
})();
