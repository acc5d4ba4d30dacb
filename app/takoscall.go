package app

import (
	"context"
	"errors"
	"fmt"

	"takoshome/sfu/room"
	"takoshome/sfu/takoscall"
)

// openTakosCall lends the media server to a takos server, where the settings say so.
func (h *host) openTakosCall(ctx context.Context) error {
	settings := h.config.settings.TakosCall
	if !settings.Listen.IsValid() {
		return nil
	}
	listener, err := listenWeb(ctx, settings.Listen.AddrPort)
	if err != nil {
		if listen := (*ListenError)(nil); errors.As(err, &listen) {
			listen.Setting = "[takos_call] listen"
		}
		return err
	}
	h.takosCall, err = takoscall.New(takoscall.Config{
		Server:    h.sfu,
		Relay:     h.relayForRooms(),
		Listener:  listener,
		APIKey:    settings.APIKey,
		Logger:    h.config.log.With("scope", "takoscall"),
		OnChange:  h.config.onChange,
		OnFailure: func(err error) { h.config.onBroken(h, fmt.Errorf("control API broke: %w", err)) },
	})
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	h.takosCall.Serve()
	h.config.log.Info("a takos server may use this host's media", "addr", addrOf(listener))
	return nil
}

func (h *host) closeTakosCall(ctx context.Context) error {
	if h.takosCall == nil {
		return nil
	}
	return h.takosCall.Close(ctx)
}

// allRooms are the calls of this host's own and those that a takos server has here.
func (h *host) allRooms() []Room {
	rooms := h.rooms.Snapshot()
	if h.takosCall != nil {
		rooms = append(rooms, h.takosCall.Snapshot()...)
	}
	return rooms
}

// removePeer takes somebody out of whichever call it is.
func (h *host) removePeer(roomID, peerID string) error {
	err := h.rooms.RemovePeer(roomID, peerID)
	if h.takosCall != nil && isNotThere(err) {
		err = h.takosCall.RemovePeer(roomID, peerID)
	}
	return err
}

// isNotThere: a call of the same name may be the takos server's.
func isNotThere(err error) bool {
	return errors.Is(err, room.ErrNoRoom) || errors.Is(err, room.ErrNoPeer) || errors.Is(err, room.ErrNoProducer)
}

func (h *host) closeProducer(roomID, peerID, producerID string) error {
	err := h.rooms.CloseProducer(roomID, peerID, producerID)
	if h.takosCall != nil && isNotThere(err) {
		err = h.takosCall.CloseProducer(roomID, peerID, producerID)
	}
	return err
}
