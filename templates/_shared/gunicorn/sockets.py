def post_worker_init(worker: ThreadWorker) -> None:
    """Hang up on clients that stay connected when told to stop; they would hold it up until time is over."""
    clients = worker.wsgi.extensions["socketio"].server.eio

    def hang_up() -> None:
        for client in list(clients.sockets.values()):
            client.close(wait=False)  # waiting for what it has not heard yet may never end

    def stop(number: int, frame: object) -> None:
        worker.handle_exit(number, frame)
        threading.Thread(target=hang_up, daemon=True).start()

    signal.signal(signal.SIGTERM, stop)
