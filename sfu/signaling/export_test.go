package signaling

// What the tests of package signaling_test share with those of this package.
var BadMessages = badMessages

const (
	MessageBurst      = messageBurst
	MaxSocketsPerHost = maxSocketsPerHost
	MaxWrongTokens    = maxWrongTokens
	MaxMessageBytes   = maxMessageBytes
	WriteTimeout      = writeTimeout
)
