import timeit, random
from banditware.contextual.attributes import *
from banditware.contextual.models import *
from banditware.contextual.moments import *
from banditware.contextual.encoding import encoder
from banditware.contextual.policies import *
from banditware.contextual import features
R=random.Random(1)
def run(title,S,ctx,act,K,shared=False,n=600):
    E=encoder(S,{}); names=[f"arm{i}" for i in range(K)]
    d={}
    for _ in range(n):
        c=ctx(); a=R.choice(names); f=E.features(c,act())
        if shared: f=expanded(f)
        d.setdefault(a,[]).append(observed(f,R.random()))
    import time
    mo={a:merged(v) for a,v in d.items()}
    t=time.perf_counter(); M=fit(S,mo,vocabulary={},recipe=Recipe(shared=shared)); t=time.perf_counter()-t
    w=POLICIES["igw"]().weigher(M.evidence)
    c=ctx(); acts={a:act() for a in names}
    def tm(f,N=20000):
        return min(timeit.repeat(f,number=N,repeat=5))/N*1e6
    N=20000 if K<10 else 2000
    s=M.scores(c,acts); fn=M.scorer(tuple(names)); at=tuple(acts.values())
    print(f"{title:42} K={K} d={len(M.design.columns)} scores {tm(lambda:M.scores(c,acts),N):.2f} scorer {tm(lambda:fn(c,at),N):.2f} both {tm(lambda:w(fn(c,at),()),N):.2f} encode {tm(lambda:E.features(c,acts[names[0]]),N):.2f} text {tm(lambda:features.text(E.features(c,acts[names[0]])),N):.2f} pairs {tm(lambda:list(pairs(E.features(c,acts[names[0]]))),N):.2f} us; fit {t*1e3:.1f} ms")
num=lambda p,k: tuple(Attribute(f"{p}{i}","numeric") for i in range(k))
cat=lambda p,k: tuple(Attribute(f"{p}{i}","categorical",tuple("abcd")) for i in range(k))
cn=lambda p,k: {f"{p}{i}":R.gauss(5,2) for i in range(k)}
cc=lambda p,k: {f"{p}{i}":R.choice("abcd") for i in range(k)}
for K in (2,3,4,5,10,50):
    run("6 numeric subject",Schema(num("n",6)),lambda:cn("n",6),dict,K)
run("3 num 3 cat subject",Schema(num("n",3)+cat("c",3)),lambda:cn("n",3)|cc("c",3),dict,3)
run("6 cat subject",Schema(cat("c",6)),lambda:cc("c",6),dict,3)
run("2n1c subject, 2n1c action",Schema(num("n",2)+cat("c",1),num("x",2)+cat("y",1)),lambda:cn("n",2)|cc("c",1),lambda:cn("x",2)|cc("y",1),3)
run("3n3c subject, 3n3c action",Schema(num("n",3)+cat("c",3),num("x",3)+cat("y",3)),lambda:cn("n",3)|cc("c",3),lambda:cn("x",3)|cc("y",3),3)
run("shared 2n1c x 2n1c",Schema(num("n",2)+cat("c",1),num("x",2)+cat("y",1)),lambda:cn("n",2)|cc("c",1),lambda:cn("x",2)|cc("y",1),3,True)
run("undeclared 6",Schema(),lambda:cn("n",3)|cc("c",3),dict,3)
run("60 numeric",Schema(num("n",60)),lambda:cn("n",60),dict,3)
