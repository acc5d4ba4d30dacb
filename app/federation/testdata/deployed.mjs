// Makes deployed.json: events as takos servers of April 2025 put them on the
// wire, signed by the implementation that they used, for the tests of this
// package. The key's seed is bytes 00..1f, so that each run makes the same.
//
//	npm install @noble/post-quantum@0.4.0
//	node deployed.mjs > deployed.json
import { ml_dsa65 } from "@noble/post-quantum/ml-dsa";

const base64 = (bytes) => Buffer.from(bytes).toString("base64");
const seed = Uint8Array.from({ length: 32 }, (_, i) => i);
const { publicKey, secretKey } = ml_dsa65.keygen(seed);
const expire = new Date("2025-05-29T01:02:03.004Z").toISOString();
const now = "2025-04-29T01:00:00.000Z";

// A UUID of version 7 for that time.
const eventId = (n) => {
	const ms = new Date(now).getTime().toString(16).padStart(12, "0");
	return `${ms.slice(0, 8)}-${ms.slice(8)}-7000-8000-${n.toString(16).padStart(12, "0")}`;
};

const alice = "alice@a.example";
const bob = "bob@b.example";
const events = {
	request: ["t.friend.call.request", { userId: alice, friendId: bob, roomKeyHash: "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=", isEncrypt: true }],
	video: ["t.friend.call.request", { userId: alice, friendId: bob, roomKeyHash: "", isEncrypt: false, callType: "video" }],
	accept: ["t.friend.call.accept", { userId: bob, friendId: alice, callType: "audio" }],
	reject: ["t.friend.call.reject", { userId: bob, friendId: alice }],
	friend: ["t.friend.request", { userId: alice, friendId: bob }],
};

const sent = Object.fromEntries(
	Object.entries(events).map(([name, [event, payload]], n) => {
		const body = JSON.stringify({ event, eventId: eventId(n + 1), payload });
		const sign = base64(ml_dsa65.sign(secretKey, Buffer.from(body)));
		const authorization = `Signature sign="${sign}",expire="${expire}",origin="a.example"`;
		return [name, { body, authorization }];
	}),
);
console.log(JSON.stringify({ implementation: "@noble/post-quantum 0.4.0", now, expire, public: base64(publicKey), sent }, null, "\t"));
