//! A TCP connection that can end with a reset.

use std::{
    io::{self, IoSlice},
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
};

use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::TcpStream,
};

/// The connection. Once its fuse is blown, dropping it resets it instead of closing it.
#[derive(Debug)]
pub(super) struct Socket {
    stream: TcpStream,
    fuse: Fuse,
}

/// Decides how the connection ends, from outside.
#[derive(Debug, Clone, Default)]
pub(super) struct Fuse(Arc<AtomicBool>);

impl Fuse {
    pub(super) fn blow(&self) {
        self.0.store(true, Ordering::Release);
    }

    fn is_blown(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

impl Socket {
    pub(super) fn new(stream: TcpStream) -> (Self, Fuse) {
        let fuse = Fuse::default();
        // Send small replies immediately. If that fails, they are only slower.
        let _ = stream.set_nodelay(true);
        let socket = Self {
            stream,
            fuse: fuse.clone(),
        };
        (socket, fuse)
    }
}

impl Drop for Socket {
    fn drop(&mut self) {
        if self.fuse.is_blown() {
            // This fails on a connection that is already closed, which needs no reset.
            let _ = self.stream.set_zero_linger();
        }
    }
}

impl AsyncRead for Socket {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Socket {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
