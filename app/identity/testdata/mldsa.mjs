// Makes mldsa.json, golden keys and signatures of another implementation of
// ML-DSA-65, for tests of this package and of app/federation:
//
//	npm install @noble/post-quantum@0.4.0
//	node mldsa.mjs > mldsa.json
//
// 0.4.0 is what takos servers ran. The signatures of "hedged" have randomness in
// them, so each run makes others.
import { createHash, randomBytes } from "node:crypto";
import { ml_dsa65 } from "@noble/post-quantum/ml-dsa";

const base64 = (bytes) => Buffer.from(bytes).toString("base64");
const hash = (bytes) => createHash("sha256").update(bytes).digest("hex");
const seeds = {
	counting: Uint8Array.from({ length: 32 }, (_, i) => i),
	ones: new Uint8Array(32).fill(255),
};
const messages = ["hello", "", JSON.stringify({ event: "t.friend.call.request", payload: { title: "お茶" } }), "x".repeat(16384)];

const keys = Object.entries(seeds).map(([name, seed]) => {
	const { publicKey, secretKey } = ml_dsa65.keygen(seed);
	return {
		name,
		seed: base64(seed),
		public: base64(publicKey),
		secretSha256: hash(secretKey),
		signatures: messages.map((message) => {
			const bytes = Buffer.from(message);
			return {
				message: message.length > 1000 ? undefined : message,
				repeated: message.length > 1000 ? message.length : undefined,
				deterministic: base64(ml_dsa65.sign(secretKey, bytes)),
				...(message === "hello" && {
					hedged: base64(ml_dsa65.sign(secretKey, bytes, undefined, randomBytes(32))),
					withContext: base64(ml_dsa65.sign(secretKey, bytes, Buffer.from("takos"))),
				}),
			};
		}),
	};
});
console.log(JSON.stringify({ implementation: "@noble/post-quantum 0.4.0", keys }, null, "\t"));
