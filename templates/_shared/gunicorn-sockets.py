def post_worker_init(worker: ThreadWorker) -> None:
    """Hang up on clients that stay connected when told to stop; they would hold it up until time is over."""
    clients = worker.wsgi.extensions["socketio"].server.eio

    def stop(number: int, frame: object) -> None:
        worker.handle_exit(number, frame)
        threading.Thread(target=clients.disconnect).start()

    signal.signal(signal.SIGTERM, stop)
