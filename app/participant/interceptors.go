package participant

import (
	"fmt"
	"time"

	"github.com/pion/interceptor"
	"github.com/pion/interceptor/pkg/cc"
	"github.com/pion/interceptor/pkg/gcc"
	"github.com/pion/interceptor/pkg/nack"
	"github.com/pion/interceptor/pkg/report"
	"github.com/pion/interceptor/pkg/twcc"
)

const (
	// feedbackInterval of transport-cc is what mediasoup's clients use at most.
	feedbackInterval = 50 * time.Millisecond
	// nackInterval decides how soon a lost packet is asked for, maxNacks how often.
	nackInterval = 20 * time.Millisecond
	maxNacks     = 10
)

// sendInterceptors are what the sending transport does by itself, what is
// nearest to the wire first: retransmissions are numbered and estimated like
// everything else.
func sendInterceptors(d *device, p *pacer, learn func(cc.BandwidthEstimator)) (*interceptor.Registry, error) {
	registry := &interceptor.Registry{}
	registry.Add(&namer{pacer: p, rid: d.extensions.rid, repairedRid: d.extensions.repairedRid})
	if d.extensions.transportCC != 0 {
		control, err := cc.NewInterceptor(func() (cc.BandwidthEstimator, error) {
			return gcc.NewSendSideBWE(
				gcc.SendSideBWEInitialBitrate(startBps), gcc.SendSideBWEMinBitrate(leastBps),
				gcc.SendSideBWEMaxBitrate(mostBps), gcc.SendSideBWEPacer(p), gcc.WithLoggerFactory(silence()),
			)
		})
		if err != nil {
			return nil, fmt.Errorf("make bandwidth estimation: %w", err)
		}
		control.OnNewPeerConnection(func(_ string, e cc.BandwidthEstimator) { learn(e) })
		registry.Add(control)
		numbers, err := twcc.NewHeaderExtensionInterceptor()
		if err != nil {
			return nil, fmt.Errorf("make transport-cc: %w", err)
		}
		registry.Add(numbers)
	}
	responder, err := nack.NewResponderInterceptor(nack.WithResponderLoggerFactory(silence()))
	if err != nil {
		return nil, fmt.Errorf("make retransmission: %w", err)
	}
	registry.Add(responder)
	reports, err := report.NewSenderInterceptor(report.WithSenderLoggerFactory(silence()))
	if err != nil {
		return nil, fmt.Errorf("make sender reports: %w", err)
	}
	registry.Add(reports)
	return registry, nil
}

// receiveInterceptors are what the receiving transport does by itself.
func receiveInterceptors() (*interceptor.Registry, error) {
	registry := &interceptor.Registry{}
	generator, err := nack.NewGeneratorInterceptor(
		nack.GeneratorInterval(nackInterval), nack.GeneratorMaxNacksPerPacket(maxNacks),
		nack.WithGeneratorLoggerFactory(silence()),
	)
	if err != nil {
		return nil, fmt.Errorf("make NACK: %w", err)
	}
	registry.Add(generator)
	reports, err := report.NewReceiverInterceptor(report.WithReceiverLoggerFactory(silence()))
	if err != nil {
		return nil, fmt.Errorf("make receiver reports: %w", err)
	}
	registry.Add(reports)
	feedback, err := twcc.NewSenderInterceptor(twcc.SendInterval(feedbackInterval), twcc.WithLoggerFactory(silence()))
	if err != nil {
		return nil, fmt.Errorf("make transport-cc feedback: %w", err)
	}
	registry.Add(feedback)
	return registry, nil
}
