//! One connection as a service.

use std::{
    pin::Pin,
    task::{Context, Poll},
};

use hyper::client::conn::http2::SendRequest;
use tonic::body::Body;

/// Sends requests on one connection. Unlike tonic's own channel it never reconnects: the next node that answers at an
/// address need not be the first one.
#[derive(Debug, Clone)]
pub(crate) struct OneShot(pub(crate) SendRequest<Body>);

impl tower::Service<http::Request<Body>> for OneShot {
    type Response = http::Response<hyper::body::Incoming>;
    type Error = hyper::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Self::Error>> + Send>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.0.poll_ready(cx)
    }

    fn call(&mut self, request: http::Request<Body>) -> Self::Future {
        Box::pin(self.0.send_request(request))
    }
}
