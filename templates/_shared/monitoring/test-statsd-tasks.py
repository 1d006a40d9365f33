

def test_a_task_is_counted_and_timed(listener: socket.socket) -> None:
    Sender(*listener.getsockname()).watch_tasks()
    worker = Celery("worker")

    @worker.task(name="area.work")
    def work() -> None:
        """Do nothing."""

    work.apply()
    counted, timed = (listener.recv(512).decode() for _ in range(2))
    assert counted == "{{ project_slug }}.tasks.area_work.SUCCESS:1|c"
    assert re.fullmatch(r"{{ project_slug }}\.task_time\.area_work:\d+\.\d+\|ms", timed)
