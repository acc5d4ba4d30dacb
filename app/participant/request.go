package participant

import (
	"encoding/json"

	"takoshome/sfu/ortc"
)

// The messages to the host (docs/protocol.md section 3).
type (
	connectRequest struct {
		Type string `json:"type"`
		// TransportType is not in the specification, whose hosts overlook it.
		TransportType string `json:"transportType"`
		// DtlsParameters are an object, or JSON in a string.
		DtlsParameters any `json:"dtlsParameters"`
	}
	produceRequest struct {
		Type          string             `json:"type"`
		Kind          string             `json:"kind"`
		RtpParameters ortc.RtpParameters `json:"rtpParameters"`
		Source        string             `json:"source,omitempty"`
	}
	consumeRequest struct {
		Type            string          `json:"type"`
		ProducerID      string          `json:"producerId"`
		PeerID          string          `json:"peerId"` // which shipped hosts ask for
		RtpCapabilities json.RawMessage `json:"rtpCapabilities"`
	}
	// producerRequest is closeProducer, pauseProducer and resumeProducer.
	producerRequest struct {
		Type       string `json:"type"`
		ProducerID string `json:"producerId"`
	}
	restartRequest struct {
		Type          string `json:"type"`
		TransportType string `json:"transportType"`
	}
	chatRequest struct {
		Type string `json:"type"`
		Text string `json:"text"`
	}
)

func newConnectRequest(direction string, p dtlsParameters, asText bool) (connectRequest, error) {
	r := connectRequest{Type: "connect", TransportType: direction, DtlsParameters: p}
	if asText {
		text, err := json.Marshal(p)
		if err != nil {
			return connectRequest{}, err
		}
		r.DtlsParameters = string(text)
	}
	return r, nil
}
