package sfu

// DtlsRole is who speaks first in the DTLS handshake (RFC 5763 section 5).
type DtlsRole string

// The roles a peer may announce; the server takes the other one.
const (
	DtlsRoleAuto   DtlsRole = "auto"
	DtlsRoleClient DtlsRole = "client"
	DtlsRoleServer DtlsRole = "server"
)

// DtlsParameters announce an end of a DTLS association.
type DtlsParameters struct {
	Role         DtlsRole          `json:"role"`
	Fingerprints []DtlsFingerprint `json:"fingerprints"`
}

// DtlsState is mediasoup's state of a transport's DTLS association.
type DtlsState string

// The states of a DTLS association.
const (
	DtlsStateNew        DtlsState = "new"
	DtlsStateConnecting DtlsState = "connecting"
	DtlsStateConnected  DtlsState = "connected"
	DtlsStateFailed     DtlsState = "failed"
	DtlsStateClosed     DtlsState = "closed"
)

// SctpParameters has the fields of old and new mediasoup in one object, so
// that clients of both ages load it.
type SctpParameters struct {
	Port                  uint16 `json:"port"`
	OS                    uint16 `json:"OS"`
	MIS                   uint16 `json:"MIS"`
	MaxMessageSize        uint32 `json:"maxMessageSize"`
	MaxSendMessageSize    uint32 `json:"maxSendMessageSize"`
	MaxReceiveMessageSize uint32 `json:"maxReceiveMessageSize"`
}

func defaultSctpParameters() SctpParameters {
	const messageSize = 262144 // mediasoup's and the browsers' default
	return SctpParameters{
		Port: 5000, OS: 1024, MIS: 1024,
		MaxMessageSize: messageSize, MaxSendMessageSize: messageSize, MaxReceiveMessageSize: messageSize,
	}
}

// Direction of a WebRtcTransport, seen from the peer.
const (
	DirectionSend = "send" // the peer produces on it
	DirectionRecv = "recv" // the peer consumes on it
)

// CloseReason says why a Consumer ended.
type CloseReason string

// The reasons of a Consumer's end.
const (
	ReasonClosed          CloseReason = "closed"
	ReasonProducerClosed  CloseReason = "producerClosed"
	ReasonTransportClosed CloseReason = "transportClosed"
)
