// Seals a ballot so that only the committee of the election opens it: HPKE (RFC 9180), base mode, one message,
// DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-128-GCM, no additional data. All of the arithmetic is WebCrypto's.
// asoSeal(public key, info, message), all Uint8Array, promises the encapsulated key and the ciphertext, joined.
(function () {
	"use strict";
	var subtle = window.crypto && window.crypto.subtle; // not there on pages without https
	var POINT = { name: "ECDH", namedCurve: "P-256" };
	var KEM = [0x4b, 0x45, 0x4d, 0x00, 0x10]; // “KEM”, its number
	var SUITE = [0x48, 0x50, 0x4b, 0x45, 0x00, 0x10, 0x00, 0x01, 0x00, 0x01]; // “HPKE”, the three numbers

	function text(words) {
		return new TextEncoder().encode(words);
	}

	function join() {
		var all = [];
		Array.prototype.forEach.call(arguments, function (part) {
			all.push.apply(all, part);
		});
		return new Uint8Array(all);
	}

	function hmac(key, message) {
		// WebCrypto takes no empty key; HMAC fills every key up with zeros, so that these are the same.
		return subtle
			.importKey("raw", key.length ? key : new Uint8Array(32), { name: "HMAC", hash: "SHA-256" }, false, ["sign"])
			.then(function (ready) {
				return subtle.sign("HMAC", ready, message);
			})
			.then(function (made) {
				return new Uint8Array(made);
			});
	}

	function extract(suite, salt, label, input) {
		return hmac(salt, join(text("HPKE-v1"), suite, text(label), input));
	}

	// At most one block of the hash, 32 bytes: the first round of HKDF-Expand.
	function expand(suite, key, label, info, length) {
		return hmac(key, join([0, length], text("HPKE-v1"), suite, text(label), info, [1])).then(function (made) {
			return made.slice(0, length);
		});
	}

	async function seal(publicKey, info, message) {
		var pair = await subtle.generateKey(POINT, true, ["deriveBits"]);
		var enc = new Uint8Array(await subtle.exportKey("raw", pair.publicKey));
		var theirs = await subtle.importKey("raw", publicKey, POINT, true, []);
		var shared = await subtle.deriveBits({ name: "ECDH", public: theirs }, pair.privateKey, 256);
		var drawn = await extract(KEM, [], "eae_prk", new Uint8Array(shared));
		var agreed = await expand(KEM, drawn, "shared_secret", join(enc, publicKey), 32);
		var context = join(
			[0],
			await extract(SUITE, [], "psk_id_hash", []),
			await extract(SUITE, [], "info_hash", info)
		);
		var secret = await extract(SUITE, agreed, "secret", []);
		var key = await expand(SUITE, secret, "key", context, 16);
		var nonce = await expand(SUITE, secret, "base_nonce", context, 12);
		var ready = await subtle.importKey("raw", key, "AES-GCM", false, ["encrypt"]);
		return join(enc, new Uint8Array(await subtle.encrypt({ name: "AES-GCM", iv: nonce }, ready, message)));
	}

	window.asoSeal = subtle ? seal : null;
})();
