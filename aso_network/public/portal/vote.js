// What the voting page gains where there is JavaScript: it counts the marks, shows the review at once, seals the
// ballot of a sealed election, and sends a confirmed vote until an answer comes. The choices are nowhere but on the
// page, and after the confirmation in one variable. On a tablet of the hall nothing is kept at all.
(function () {
	"use strict";
	var main = document.getElementById("main");
	var tablet = document.body.hasAttribute("data-tablet");
	var BLOCK = 2048; // what is sent has whole blocks of bytes: its length does not tell how much was marked
	var PATIENCE = 60000; // for one answer, which can be a whole page on a weak line
	var FOR_A_RECEIPT = 20000;
	var WAITS = [2000, 4000, 8000, 15000, 30000]; // between two sendings
	var booth, words;
	var vote = null; // the confirmed vote, as it is sent, until its answer has come
	var timer = null;

	function one(selector, within) {
		return (within || booth).querySelector(selector);
	}

	function each(selector, act, within) {
		Array.prototype.forEach.call((within || booth).querySelectorAll(selector), act);
	}

	function fill(sentence) {
		var values = Array.prototype.slice.call(arguments, 1);
		return sentence.replace(/\{(\d)\}/g, function (_all, place) {
			return values[place];
		});
	}

	function is(name) {
		return booth.getAttribute("data-booth") === name;
	}

	// --- sending -----------------------------------------------------------------------------------------

	function carried() {
		var fields = [];
		each("form input[type=hidden]", function (input) {
			fields.push([input.name, input.value]);
		});
		return fields;
	}

	function send(address, fields, patience) {
		var body = new URLSearchParams();
		var abort = new AbortController();
		var late = setTimeout(function () {
			abort.abort();
		}, patience || PATIENCE);
		fields.forEach(function (field) {
			body.append(field[0], field[1]);
		});
		body = body.toString() + "&pad=";
		body += "x".repeat(BLOCK - (body.length % BLOCK));
		return fetch(address, {
			method: "POST",
			body: body,
			headers: { "Content-Type": "application/x-www-form-urlencoded" },
			credentials: "same-origin",
			cache: "no-store",
			signal: abort.signal,
		})
			.then(read)
			.then(
				function (answered) {
					clearTimeout(late);
					return answered;
				},
				function (error) {
					clearTimeout(late);
					throw error;
				}
			);
	}

	function read(response) {
		return response.text().then(function (html) {
			var page = new DOMParser().parseFromString(html, "text/html");
			if (response.status >= 500 || response.status === 429) {
				throw new Error("no answer");
			}
			return page.querySelector("#main [data-booth]") ? page : null;
		});
	}

	function swap(page) {
		var answered = document.importNode(page.getElementById("main"), true);
		while (main.firstChild) {
			main.removeChild(main.firstChild);
		}
		while (answered.firstChild) {
			main.appendChild(answered.firstChild);
		}
		document.title = page.title;
		begin();
		window.scrollTo(0, 0);
		main.focus();
	}

	// --- what the phone keeps: whether a vote of this voter is under way, nothing of it ---------------------

	function place() {
		return "aso-vote:" + booth.getAttribute("data-tag");
	}

	function kept() {
		try {
			return tablet ? null : sessionStorage.getItem(place());
		} catch (error) {
			return null;
		}
	}

	function keep(sent) {
		try {
			if (!tablet) {
				sessionStorage.setItem(place(), sent);
			}
		} catch (error) {
			// no storage: the page itself still sends until an answer comes
		}
	}

	function drop() {
		try {
			sessionStorage.removeItem(place());
		} catch (error) {
			// there was none
		}
	}

	function ask() {
		var sent = kept();
		var address = one("form").action;
		if (!sent) {
			return;
		}
		send(address, carried().concat([["step", "ask"], [booth.hasAttribute("data-sealed") ? "secret_envelope" : "key", sent]])).then(
			function (page) {
				if (!page || vote || !kept()) {
					return;
				}
				if (page.querySelector("[data-booth=receipt]")) {
					swap(page);
				} else if (is("mark")) {
					drop();
					one("[data-lost]").hidden = false;
					booth.insertBefore(one("[data-lost]"), booth.firstChild);
				}
			},
			function () {
				window.addEventListener("online", ask, { once: true });
			}
		);
	}

	// --- marking -----------------------------------------------------------------------------------------

	function marking() {
		var form = one("form[data-mark]");
		var kind = booth.getAttribute("data-kind");
		var most = Number(booth.getAttribute("data-most"));
		var sealed = booth.hasAttribute("data-sealed");
		var cards = Array.prototype.slice.call(form.querySelectorAll("[data-candidate]"));
		var blank = one("[data-blank]");
		var order = []; // the cards of a ranking, first preference first
		words = JSON.parse(booth.getAttribute("data-words"));

		if (sealed) {
			if (!window.asoSeal || !window.TextEncoder) {
				return;
			}
			one("[data-unable]").hidden = true;
			form.hidden = false;
		}
		if (kind === "ranking") {
			rank();
		}
		form.addEventListener("input", count);
		form.addEventListener("change", count);
		form.addEventListener("submit", function (event) {
			event.preventDefault();
			review();
		});
		one("[data-review]").addEventListener("click", function (event) {
			event.preventDefault();
			review();
		});
		one("[data-change]").addEventListener("click", function () {
			if (tablet) {
				change();
			} else {
				history.back();
			}
		});
		one("[data-cast]").addEventListener("click", cast);
		count();

		function number(card) {
			return Number(one("input", card).value) || 0;
		}

		// As the ballot has them; null where a number is none.
		function choices() {
			var found = [];
			if (kind === "ranking") {
				return order.map(name);
			}
			cards.forEach(function (card) {
				var input = one("input", card);
				var times = kind === "marks" ? Number(input.checked) : number(card);
				if (!input.validity.valid && !input.validity.rangeOverflow) {
					found = null;
				}
				while (found && times-- > 0 && found.length < 10000) {
					found.push(name(card));
				}
			});
			return found;
		}

		function name(card) {
			return card.getAttribute("data-candidate");
		}

		function label(card) {
			return card.getAttribute("data-label");
		}

		function count() {
			var found = choices() || [];
			var told = one("[data-count]");
			var said = fill(words.count, found.length, most);
			if (told.textContent !== said) {
				told.textContent = said;
			}
			told.className = most && found.length > most ? "over" : "";
			cards.forEach(function (card) {
				card.classList.toggle("on", found.indexOf(name(card)) >= 0);
			});
			blank.closest(".standing").classList.toggle("on", blank.checked);
			one("[data-said]").hidden = true;
		}

		function mistake() {
			var found = choices();
			if (!found) {
				return words.numbers;
			}
			if (blank.checked && found.length) {
				return words.both;
			}
			if (!blank.checked && !found.length) {
				return words.none;
			}
			return most && found.length > most ? fill(words.over, found.length, most) : "";
		}

		function say(sentence) {
			var said = one("[data-said]");
			form.insertBefore(said, one(".tally"));
			said.textContent = sentence;
			said.hidden = false;
			said.focus();
		}

		function review() {
			var wrong = mistake();
			if (wrong) {
				say(wrong);
				return;
			}
			var list = one("[data-chosen]");
			list.textContent = "";
			(kind === "ranking" ? order : cards.filter(function (card) {
				return choices().indexOf(name(card)) >= 0;
			})).forEach(function (card) {
				var item = document.createElement("li");
				var said = document.createElement("bdi");
				said.textContent = kind === "points" ? fill(words.points, label(card), number(card)) : label(card);
				item.appendChild(said);
				list.appendChild(item);
			});
			list.hidden = !list.firstChild;
			one("[data-nobody]").hidden = !list.hidden;
			show("[data-reviewed]");
			if (!tablet) {
				// The phone's own Back leads to the marks, too. The entry holds nothing.
				history.pushState({ review: true }, "");
			}
		}

		function change() {
			if (vote || !one("[data-reviewed]") || one("[data-reviewed]").hidden) {
				return;
			}
			show("form[data-mark]");
			main.focus();
		}
		window.onpopstate = change;

		// --- casting

		function cast() {
			if (vote) {
				return; // pressed twice
			}
			var found = kind === "ranking" ? choices() : choices().sort();
			vote = { address: form.action, fields: carried().concat([["step", "cast"]]), failed: 0 };
			show("[data-sending]");
			if (!sealed) {
				var key = hex(crypto.getRandomValues(new Uint8Array(32)));
				vote.fields.push(["key", key]);
				found.forEach(function (choice) {
					vote.fields.push(["secret_choice", choice]);
				});
				if (blank.checked) {
					vote.fields.push(["secret_blank", "1"]);
				}
				confirmed(key);
				return;
			}
			seal(found).then(
				function (envelope) {
					if (vote) {
						vote.fields.push(["secret_envelope", envelope]);
						confirmed(envelope);
					}
				},
				function () {
					vote = null;
					one("[data-sending] h2").hidden = true;
					one("[data-broken]").hidden = false;
				}
			);
		}

		function seal(found) {
			var inside = new TextEncoder().encode(JSON.stringify({ choices: found }));
			var padded = new Uint8Array(Number(booth.getAttribute("data-padded"))).fill(32);
			var info = "aso-network/ballot/1|" + booth.getAttribute("data-election");
			padded.set(inside); // throws where it does not fit
			return window.asoSeal(bytes(booth.getAttribute("data-key")), new TextEncoder().encode(info), padded).then(text);
		}

		function confirmed(sent) {
			keep(sent);
			form.parentNode.replaceChild(hiddenOf(form), form);
			one("[data-reviewed]").remove();
			deliver();
		}

		function show(part) {
			["form[data-mark]", "[data-reviewed]", "[data-sending]"].forEach(function (selector) {
				one(selector).hidden = selector !== part;
			});
			window.scrollTo(0, 0);
			if (one(part + " h2")) {
				one(part + " h2").focus();
			}
		}

		// --- ranking: a button puts the candidate next, others move it

		function rank() {
			var numbered = cards.filter(number).sort(function (a, b) {
				return number(a) - number(b);
			});
			one("[data-plain]").hidden = true;
			cards.forEach(function (card) {
				var input = one("input", card);
				var row = document.createElement("div");
				row.className = "order";
				card.insertBefore(row, input);
				input.hidden = true;
				input.disabled = true;
				one("label", card).removeAttribute("for");
			});
			order = numbered;
			paint();
		}

		function paint(focus) {
			cards.forEach(function (card) {
				var row = one(".order", card);
				var at = order.indexOf(card);
				row.textContent = "";
				if (at < 0) {
					press(row, words.next, "", words.next + ": " + label(card), function () {
						order.push(card);
						moved(card);
					});
				} else {
					var told = document.createElement("b");
					told.textContent = at + 1;
					row.appendChild(told);
					press(row, "▲", "plain", fill(words.up, label(card)), at && move(card, at - 1), "up");
					press(row, "▼", "plain", fill(words.down, label(card)), at < order.length - 1 && move(card, at + 1), "down");
					press(row, "✕", "plain", fill(words.out, label(card)), function () {
						order.splice(order.indexOf(card), 1);
						moved(card);
					}, "out");
				}
				if (card === focus) {
					(row.querySelector("[data-move='" + moved.by + "']:not([disabled])") || row.querySelector("button:not([disabled])")).focus();
				}
			});
			count();
			if (focus) {
				var place = order.indexOf(focus) + 1;
				one("[data-count]").textContent =
					(place ? fill(words.place, label(focus), place) : fill(words.taken_out, label(focus))) + " " + one("[data-count]").textContent;
			}
		}

		function press(row, sign, kindOf, said, act, by) {
			var made = document.createElement("button");
			made.type = "button";
			made.className = "button " + kindOf;
			made.textContent = sign;
			made.setAttribute("aria-label", said);
			made.setAttribute("data-move", by || "");
			made.disabled = !act;
			made.addEventListener("click", function () {
				moved.by = by || "down";
				act();
			});
			row.appendChild(made);
		}

		function move(card, to) {
			return function () {
				order.splice(order.indexOf(card), 1);
				order.splice(to, 0, card);
				moved(card);
			};
		}

		function moved(card) {
			paint(card);
		}
	}

	// Of the form what is needed to send again: no choice.
	function hiddenOf(form) {
		var bare = document.createElement("form");
		bare.hidden = true;
		bare.action = form.action;
		bare.method = "post";
		each("input[type=hidden]", function (input) {
			bare.appendChild(input);
		}, form);
		return bare;
	}

	// --- a confirmed vote: sent until an answer comes ---------------------------------------------------------

	function deliver() {
		clearTimeout(timer);
		if (!vote || vote.under) {
			return;
		}
		var sent = vote;
		sent.under = true;
		one("[data-again]").hidden = true;
		send(sent.address, sent.fields, FOR_A_RECEIPT).then(
			function (page) {
				sent.under = false;
				if (vote !== sent) {
					return; // forgotten meanwhile
				}
				if (page && page.querySelector("[data-answers]")) {
					vote = null;
					swap(page);
				} else {
					renew();
				}
			},
			function () {
				sent.under = false;
				later("[data-waiting]");
			}
		);
	}

	function later(reason) {
		if (!vote) {
			return;
		}
		each("[data-waiting], [data-signed-out]", function (said) {
			said.hidden = !said.matches(reason);
		});
		each("[data-again], [data-forget]", function (button) {
			button.hidden = false;
		});
		timer = setTimeout(deliver, WAITS[Math.min(vote.failed++, WAITS.length - 1)]);
	}

	// The session has ended, or begun anew in another window: then this page's token is of the old one.
	function renew() {
		fetch(location.href, { credentials: "same-origin", cache: "no-store" })
			.then(read)
			.then(
				function (page) {
					var fresh = page && page.querySelector("[data-booth] [name=csrf_token]");
					(vote ? vote.fields : []).forEach(function (field) {
						if (fresh && field[0] === "csrf_token") {
							field[1] = fresh.value;
						}
					});
					later(page ? "[data-waiting]" : "[data-signed-out]");
				},
				function () {
					later("[data-waiting]");
				}
			);
	}

	window.addEventListener("online", deliver);
	window.addEventListener("beforeunload", function (event) {
		if (vote) {
			event.preventDefault();
			event.returnValue = "";
		}
	});

	// --- codes, receipt -----------------------------------------------------------------------------------------

	function code() {
		var form = one("form");
		var input = one("[name=secret_code]");
		if (isCode(location.hash)) {
			// A code in the address, behind the #, has reached no server; now it leaves the address as well.
			input.value = location.hash.slice(1, 40);
			history.replaceState(null, "", location.pathname + location.search);
		}
		form.addEventListener("submit", function (event) {
			event.preventDefault();
			var button = one("button", form);
			button.disabled = true;
			send(form.action, carried().concat([["secret_code", input.value], ["step", "code"]])).then(
				function (page) {
					if (page) {
						swap(page);
					} else {
						location.reload();
					}
				},
				function () {
					button.disabled = false;
					one("[data-offline]").hidden = false;
				}
			);
		});
	}

	function isCode(hash) {
		return hash.length > 1 && hash !== "#" + main.id;
	}

	window.addEventListener("hashchange", function () {
		if (isCode(location.hash) && !vote) {
			location.reload(); // another slip was opened on this phone
		}
	});

	function receipt() {
		var button = one("[data-copy]");
		var shown = one("[data-receipt]");
		if (tablet) {
			timer = setTimeout(goHome, seconds("data-return"));
			return;
		}
		button.hidden = false;
		button.addEventListener("click", function () {
			var done = function () {
				button.textContent = button.getAttribute("data-copied");
			};
			if (navigator.clipboard) {
				navigator.clipboard.writeText(shown.textContent).then(done);
			} else {
				getSelection().selectAllChildren(shown);
				document.execCommand("copy");
				done();
			}
		});
	}

	// --- a tablet of the hall: forgets everything -----------------------------------------------------------------

	var idle = null;

	function seconds(name) {
		return Number(document.body.getAttribute(name)) * 1000;
	}

	function forget() {
		vote = null;
		main.textContent = "";
	}

	function goHome() {
		forget();
		location.replace(document.body.getAttribute("data-home"));
	}

	function touched() {
		clearTimeout(idle);
		idle = setTimeout(left, seconds("data-idle"));
	}

	function left() {
		if (vote || (is("code") && !one("[name=secret_code]").value && !one("[role=alert]", main))) {
			touched(); // a confirmed vote waits for its answer; an untouched first page has nothing to forget
		} else {
			goHome();
		}
	}

	if (tablet) {
		["pointerdown", "touchstart", "keydown", "input", "scroll"].forEach(function (kind) {
			window.addEventListener(kind, touched, { capture: true, passive: true });
		});
		window.addEventListener("pagehide", forget);
		touched();
	}
	window.addEventListener("pageshow", function (event) {
		if (event.persisted) {
			location.replace(tablet ? document.body.getAttribute("data-home") : location.href);
		}
	});

	// --- small things -----------------------------------------------------------------------------------------------

	function hex(made) {
		return Array.prototype.map
			.call(made, function (byte) {
				return ("0" + byte.toString(16)).slice(-2);
			})
			.join("");
	}

	function text(made) {
		return btoa(String.fromCharCode.apply(null, made)).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
	}

	function bytes(written) {
		var plain = atob(written.replace(/-/g, "+").replace(/_/g, "/"));
		return Uint8Array.from(plain, function (letter) {
			return letter.charCodeAt(0);
		});
	}

	function begin() {
		clearTimeout(timer);
		booth = main.querySelector("[data-booth]");
		window.onpopstate = null;
		if (!booth) {
			return;
		}
		if (is("code")) {
			code();
		} else if (is("mark")) {
			marking();
			ask();
		} else if (is("voted")) {
			ask();
		} else if (is("receipt")) {
			receipt();
		}
		each("[data-again]", function (button) {
			button.addEventListener("click", deliver);
		});
		each("[data-forget]", function (button) {
			button.addEventListener("click", goHome);
		});
		if (tablet) {
			touched();
			each("a[href]", function (link) {
				link.addEventListener("click", function (event) {
					if (!is("code")) {
						event.preventDefault();
						goHome(); // in place of this page, not after it
					}
				});
			});
		}
	}
	begin();
})();
