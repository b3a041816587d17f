// Watches live pictures: how many were missed, and whether the page was busy when they were.
// Evaluates to a function of milliseconds.
async (duration) => {
  const videos = [...document.querySelectorAll('host-view-item')]
    .map((item) => item.querySelector('incident-live').shadowRoot.querySelector('video'));
  const tasks = [];
  const observer = new PerformanceObserver((list) => {
    for (const { startTime, duration: took } of list.getEntries()) tasks.push([startTime, startTime + took]);
  });
  observer.observe({ type: 'longtask' });
  const ends = performance.now() + duration;
  const missed = [];
  let shown = 0;
  const watch = (video) => new Promise((resolve) => {
    let last = null;
    const step = (now, { presentedFrames }) => {
      if (last) {
        shown += presentedFrames - last.presentedFrames;
        // One callback for several pictures: all but the newest were never drawn by the page.
        if (presentedFrames - last.presentedFrames > 1) missed.push([last.now, now]);
      }
      last = { now, presentedFrames };
      if (performance.now() < ends) video.requestVideoFrameCallback(step);
      else resolve();
    };
    video.requestVideoFrameCallback(step);
  });
  const before = videos.map((video) => video.getVideoPlaybackQuality());
  await Promise.all(videos.map(watch));
  await new Promise((settle) => { setTimeout(settle, 100); });
  observer.disconnect();
  const after = videos.map((video) => video.getVideoPlaybackQuality());
  const sum = (name) => after.reduce((total, each, place) => total + each[name] - before[place][name], 0);
  const busy = ([from, to]) => tasks.some(([start, end]) => start < to && end > from);
  return {
    videos: videos.length, shown, missed: missed.length, byPage: missed.filter(busy).length, longTasks: tasks.length,
    dropped: sum('droppedVideoFrames'), total: sum('totalVideoFrames'),
  };
}
