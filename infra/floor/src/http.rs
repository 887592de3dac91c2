//! HTTP/1.1 over a blocking connection that stays open.

use std::{
    io::{BufRead, BufReader, Error, ErrorKind, Read, Result, Write},
    net::TcpStream,
    sync::Arc,
};

use rustls::{ClientConfig, ClientConnection, StreamOwned, pki_types::ServerName};

trait Stream: Read + Write {}
impl<S: Read + Write> Stream for S {}

/// An open connection to one server.
pub struct Connection {
    stream: BufReader<Box<dyn Stream>>,
    line: String,
}

/// A response, with the one header that the Runtime API needs.
pub struct Response {
    pub status: u16,
    pub request_id: String,
    pub body: Vec<u8>,
}

impl Connection {
    /// Opens a connection without TLS.
    pub fn plain(address: &str) -> Result<Self> {
        Ok(Self::over(connect(address)?))
    }

    /// Opens a connection with TLS. The handshake takes place with the first request.
    pub fn tls(address: &str, config: Arc<ClientConfig>) -> Result<Self> {
        let host = address.rsplit_once(':').map_or(address, |(host, _)| host);
        let name = ServerName::try_from(host.to_owned()).map_err(Error::other)?;
        let client = ClientConnection::new(config, name).map_err(Error::other)?;
        Ok(Self::over(StreamOwned::new(client, connect(address)?)))
    }

    fn over(stream: impl Stream + 'static) -> Self {
        Self { stream: BufReader::new(Box::new(stream)), line: String::new() }
    }

    /// Sends a complete request, and waits for the response.
    pub fn send(&mut self, request: &str) -> Result<Response> {
        let stream = self.stream.get_mut();
        stream.write_all(request.as_bytes())?;
        stream.flush()?;
        let status = self.line()?.split(' ').nth(1).and_then(|status| status.parse().ok());
        let mut response =
            Response { status: status.unwrap_or(0), request_id: String::new(), body: Vec::new() };
        while let Some((name, value)) = self.line()?.split_once(':') {
            if name.eq_ignore_ascii_case("content-length") {
                response.body = vec![0; value.trim().parse().map_err(Error::other)?];
            } else if name.eq_ignore_ascii_case("lambda-runtime-aws-request-id") {
                value.trim().clone_into(&mut response.request_id);
            }
        }
        self.stream.read_exact(&mut response.body)?;
        Ok(response)
    }

    fn line(&mut self) -> Result<&str> {
        self.line.clear();
        match self.stream.read_line(&mut self.line)? {
            0 => Err(ErrorKind::UnexpectedEof.into()),
            _ => Ok(&self.line),
        }
    }
}

fn connect(address: &str) -> Result<TcpStream> {
    let stream = TcpStream::connect(address)?;
    stream.set_nodelay(true)?;
    Ok(stream)
}
