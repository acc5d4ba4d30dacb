'use strict';

// Answers, one line of JSON each, requests of the form {"op": …, "args": {…}}
// with what mediasoup's own ORTC functions say: {"value": …} or {"error": …}.

const readline = require('node:readline');
const h264 = require('h264-profile-level-id');
const ortc = require('mediasoup/ortc');

const operations = {
	capabilities({ caps }) {
		ortc.validateAndNormalizeRtpCapabilities(caps);
		return caps;
	},
	parameters({ params }) {
		ortc.validateAndNormalizeRtpParameters(params);
		return params;
	},
	router({ mediaCodecs }) {
		return ortc.generateRouterRtpCapabilities(mediaCodecs);
	},
	produce({ kind, params, caps }) {
		ortc.validateAndNormalizeRtpParameters(params);
		const mapping = ortc.getProducerRtpParametersMapping(params, caps);
		const consumable = ortc.getConsumableRtpParameters(kind, params, caps, mapping);
		return { mapping, params, consumable };
	},
	consumable({ kind, params, caps, mapping }) {
		ortc.validateAndNormalizeRtpParameters(params);
		return ortc.getConsumableRtpParameters(kind, params, caps, mapping);
	},
	canConsume({ consumable, caps }) {
		return ortc.canConsume(consumable, caps);
	},
	consume({ consumable, caps, enableRtx }) {
		ortc.validateAndNormalizeRtpCapabilities(caps);
		return ortc.getConsumerRtpParameters({
			consumableRtpParameters: consumable,
			remoteRtpCapabilities: caps,
			pipe: false,
			enableRtx,
		});
	},
	scalabilityMode({ mode }) {
		return require('mediasoup').parseScalabilityMode(mode);
	},
	// Every pair's answer, null where the profiles differ.
	h264({ parameters }) {
		return parameters.flatMap(local =>
			parameters.map(remote =>
				h264.isSameProfile(local, remote)
					? (h264.generateProfileLevelIdStringForAnswer(local, remote) ?? '')
					: null
			)
		);
	},
};

function answer(line) {
	const { op, args } = JSON.parse(line);
	try {
		return { value: operations[op](args) };
	} catch (error) {
		return { error: error.name, message: error.message };
	}
}

readline
	.createInterface({ input: process.stdin })
	.on('line', line => process.stdout.write(`${JSON.stringify(answer(line))}\n`));
